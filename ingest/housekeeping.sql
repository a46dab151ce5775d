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

-- name: drop_commands
delete from agent_commands
where ctid = any (array(
    select ctid from agent_commands
    where answered < %(before)s and state not in ('waiting', 'sent')
    order by answered limit %(most)s
))

-- name: beat
insert into workers (name, kind, started, beat, state) values (%s, %s, %s, %s, %s)
on conflict (name) do update
set kind = excluded.kind, started = excluded.started, beat = excluded.beat, state = excluded.state
