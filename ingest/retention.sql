-- name: refresh_back_to
select refresh_back_to(%s)

-- name: drop_oldest
select drop_oldest(%s, %s)

-- name: delete_swipes
delete from swipes where time < %(before)s and received < %(before)s

-- name: count
insert into counters (name, value) values (%s, %s)
on conflict (name) do update set value = counters.value + excluded.value
