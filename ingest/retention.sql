-- name: refresh_back_to
select refresh_back_to(%s)

-- name: drop_oldest
select drop_oldest(%s, %s)

-- name: delete_swipes
delete from swipes s
where s.time < %(before)s and s.received < %(before)s and not exists (
    select from swipe_holds h
    where h.until > %(now)s and s.time >= h.start and s.time < h.finish)

-- name: held_from
select min(start) from swipe_holds where until > %(now)s
