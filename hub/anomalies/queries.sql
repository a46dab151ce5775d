-- name: put_anomaly
insert into hub.anomalies (key, rule, kind, device, started, raised, value, threshold, unit,
    quantity, grade, supersedes, detection_time, veto, muted, cause)
values (%(key)s, %(rule)s, %(kind)s, %(device)s, %(started)s, %(raised)s, %(value)s, %(limit)s,
    %(unit)s, %(quantity)s, %(grade)s, %(supersedes)s, %(detection_time)s, %(veto)s, %(muted)s,
    %(cause)s)
on conflict (key) do update set muted = false, raised = excluded.raised, cause = excluded.cause
where hub.anomalies.muted and not excluded.muted

-- name: put_recovery
update hub.anomalies set recovered = %(recovered)s, recovery_value = %(value)s
where key = %(key)s and recovered is null

-- name: follower
select position, state from hub.followers where name = %(name)s

-- name: take_turn
select pg_try_advisory_lock(%(space)s, hashtext(%(name)s))

-- name: put_follower
insert into hub.followers (name, position, state, updated)
values (%(name)s, %(position)s, %(state)s, now())
on conflict (name) do update
set position = excluded.position, state = excluded.state, updated = excluded.updated

-- name: put_missed
update hub.followers
set missed_after = %(after)s, missed_to = %(upto)s, missed_at = %(noticed)s
where name = %(name)s

-- name: missed
select missed_after, missed_to, missed_at from hub.followers
where missed_at >= %(since)s order by missed_at desc limit 1

-- name: feed_page
-- With how far the feed was dropped, as seen by the same look: one row at least.
select mark.dropped_to, page.position, page.payload
from public.feed_mark mark
left join lateral (
    select position, payload from public.feed
    where position > %(position)s order by position limit %(limit)s
) as page on true
order by page.position

-- name: signs_of_life
-- An agent that has nothing spooled has had everything committed that it made before its report.
select (select coalesce(jsonb_object_agg(name, (extract(epoch from reported) * 1000000)::bigint), '{}')
        from public.agents where online),
       (select (extract(epoch from max(beat)) * 1000000)::bigint
        from public.workers where kind = 'ingest'),
       (select coalesce(jsonb_object_agg(name, coalesce(
            (state->>'time')::bigint, (extract(epoch from reported) * 1000000)::bigint)), '{}')
        from public.agents
        where online and coalesce((state->>'spooled_batches')::bigint, 0) = 0)
