-- name: lives
create temporary table lives
    (agent text, life bigint, origin bigint, period bigint, devices bigint, made bigint);

-- name: add_life
insert into lives values (%s, %s, %s, %s, %s, %s);

-- name: judge
with counted as (
    select d.name as device, regexp_replace(d.name, '-[0-9]+$', '') as agent,
           r.value::bigint / 4294967296 as life, r.value::bigint % 4294967296 as n,
           (extract(epoch from r.time) * 1000000)::bigint as moment
    from readings r join devices d on d.id = r.device
), judged as (
    select l.agent, l.life, c.n,
           coalesce(c.n between 1 and l.made, false) as known,
           c.moment = l.origin + c.n * l.period
               and c.device = c.agent || '-' || c.n % l.devices as right_content
    from counted c left join lives l on l.agent = c.agent and l.life = c.life
), kept as (
    select count(distinct n) as stored from judged where known group by agent, life
)
select (select coalesce(sum(made), 0)::bigint from lives) as made,
       count(*) as stored,
       (select coalesce(sum(made), 0)::bigint from lives)
           - (select coalesce(sum(stored), 0)::bigint from kept) as lost,
       count(*) filter (where known)
           - (select coalesce(sum(stored), 0)::bigint from kept) as doubled,
       count(*) filter (where known and not right_content) as wrong,
       count(*) filter (where not known) as unmade
from judged;

-- name: others
select (select coalesce(sum(items), 0)::bigint from dead_letters) as dead_lettered,
       (select count(*) from batches) as batches,
       (select count(*) from feed) as feed;
