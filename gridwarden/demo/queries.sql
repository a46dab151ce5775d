-- name: stored
-- What agents made is what the store holds of devices that are not agents themselves.
select
    (select count(*) from readings) as readings,
    (select count(*) from swipes) as swipes,
    (select count(*) from detections) as detections,
    (select count(*) from device_states s join devices d on d.id = s.device
     where d.name not in (select name from agents)) as states

-- name: doubled
select
    coalesce((select sum(n - 1) from (
        select count(*) as n from readings group by device, quantity, time having count(*) > 1
    ) as repeated), 0)
    + coalesce((select sum(n - 1) from (
        select count(*) as n from swipes group by reader, time, person having count(*) > 1
    ) as repeated), 0)
    + coalesce((select sum(n - 1) from (
        select count(*) as n from detections group by device, time, kind, zone having count(*) > 1
    ) as repeated), 0)
    + coalesce((select sum(n - 1) from (
        select count(*) as n from device_states group by device, time, state having count(*) > 1
    ) as repeated), 0)

-- name: dead_lettered
select coalesce(sum(refused), 0) from (
    select refused from batches where agent = any(%(agents)s)
    union all
    select refused from batch_ranges where agent = any(%(agents)s)
) as taken

-- name: raised
-- The rule of the moment: a case that worsens takes on another kind.
select e.data->>'rule' as rule, c.device, c.grid, c.warden,
       (extract(epoch from e.at) * 1000000)::bigint as at
from hub.case_events e
join hub.cases c on c.id = e.case_id
where e.event in ('discovered', 'recurred', 'worsened')
  and e.at >= to_timestamp(%(since)s / 1000000.0)
order by e.position
