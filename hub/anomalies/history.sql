-- name: feed_begins
-- The receipt from which on every committed batch is still in the feed; null if it is empty.
select (extract(epoch from min(received)) * 1000000)::bigint from public.feed

-- name: feed
select position, payload from public.feed
where position > %(after)s and received >= %(start)s and received < %(end)s
order by position limit %(limit)s

-- name: raw_begins
select (extract(epoch from min(begins)) * 1000000)::bigint from series_parts('readings')

-- name: names
select id, name from public.devices

-- name: quantities
select id, name from public.quantities

-- name: readings
select received, device, quantity, time, value from public.readings
where time >= %(oldest)s and time < %(newest)s and received >= %(start)s and received < %(end)s

-- name: swipes
select received, reader, time, person, direction, granted, coalesce(reason, '')
from public.swipes
where time >= %(oldest)s and time < %(newest)s and received >= %(start)s and received < %(end)s

-- name: detections
-- A score's shortest form is what was told; a picture only has to be there.
select received, device, time, kind, zone, score::text::float8, snapshot is not null
from public.detections
where time >= %(oldest)s and time < %(newest)s and received >= %(start)s and received < %(end)s

-- name: states
select received, device, time, state from public.device_states
where time >= %(oldest)s and time < %(newest)s and received >= %(start)s and received < %(end)s

-- name: origins
-- Batches have rows of their own for a few days only.
select agent, received, min(origin) from public.batches
where received >= %(start)s and received < %(end)s
group by agent, received having bool_and(origin <> 'live')

-- name: raised
select key, rule, kind, device, started, raised, value, threshold, unit, quantity, grade,
       supersedes, detection_time, veto, muted, cause, found, recovered
from hub.anomalies
where raised >= %(start)s and raised < %(end)s order by raised, key
