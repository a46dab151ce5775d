-- name: refresh_back_to
select refresh_back_to(%s)

-- name: drop_oldest
select drop_oldest(%s, %s)

-- name: delete_swipes
delete from swipes where time < %(before)s and received < %(before)s
