-- name: has_followers
select to_regclass('hub.followers') is not null

-- name: slowest_follower
select min(position) from hub.followers

-- name: drop_feed
with old as (
    select position from feed
    where received < %(before)s and (%(upto)s::bigint is null or position <= %(upto)s)
    order by position
    limit %(most)s
)
delete from feed using old where feed.position = old.position

-- name: evict_old_letters
with gone as (delete from dead_letters where received < %(before)s returning items)
select count(*), coalesce(sum(items), 0)::bigint from gone

-- name: evict_most_letters
with sized as (
    select id,
           sum(octet_length(payload) + octet_length(topic) + octet_length(reason) + %(overhead)s)
               over (order by id desc) as bytes
    from dead_letters
),
gone as (
    delete from dead_letters using sized
    where dead_letters.id = sized.id and sized.bytes > %(most)s
    returning dead_letters.items
)
select count(*), coalesce(sum(items), 0)::bigint from gone

-- name: count
insert into counters (name, value) values (%s, %s)
on conflict (name) do update set value = counters.value + excluded.value

-- name: beat
insert into workers (name, kind, started, beat, state) values (%s, %s, %s, %s, %s)
on conflict (name) do update
set kind = excluded.kind, started = excluded.started, beat = excluded.beat, state = excluded.state
