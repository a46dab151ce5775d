-- name: has_followers
select to_regclass('hub.followers') is not null

-- name: read_to
-- How far all followers have read that still move, and how far all of them.
select min(position) filter (where updated >= %(since)s), min(position) from hub.followers

-- name: rolled_up_to
select position from rollup_progress
where (select relkind from pg_class where oid = 'readings_1m'::regclass) <> 'v'

-- name: room_taken
select pg_total_relation_size('feed')

-- name: cut
-- The newest row that has no room any more. Lengths are known without reading the payloads.
select max(position) from (
    select position, sum(octet_length(payload) + %(overhead)s) over (order by position desc) as bytes
    from feed
) as sized
where bytes > %(most)s

-- name: drop_feed
with old as (
    select position from feed
    where (%(before)s::timestamptz is null or received < %(before)s)
      and (%(upto)s::bigint is null or position <= %(upto)s)
    order by position
    limit %(most)s
),
gone as (delete from feed using old where feed.position = old.position returning feed.position),
marked as (
    update feed_mark set dropped_to = newest.position
    from (select max(position) as position from gone) as newest
    where newest.position > dropped_to
)
select count(*), count(*) filter (where position > %(read)s::bigint) from gone
