-- Walls: who of the neighbours was told of an emergency and comes (GR-21), and pictures that
-- cameras took for a case (SE-15).

alter table hub.cases add column assist text[] not null default '{}';
alter table hub.cases add column coming text[] not null default '{}';
comment on column hub.cases.assist is 'Holders of grids beside it who were told so that they help.';
comment on column hub.cases.coming is 'Those of them who said that they are on the way.';

update hub.cases c set assist = told.people
from (
    select e.case_id, array_agg(distinct one ->> 'person') as people
    from hub.case_events e, jsonb_array_elements(e.data -> 'notify') one
    where e.event in ('discovered', 'alarmed') and one ->> 'as' = 'neighbour'
    group by e.case_id
) told
where told.case_id = c.id;

create table hub.case_pictures (
    command    text primary key,
    case_id    bigint not null references hub.cases,
    device     text not null,
    agent      text not null,
    actor      text not null,
    distance_m float8,
    asked      timestamptz not null,
    until      timestamptz not null,
    settled    timestamptz,
    jpeg       bytea
);
comment on table hub.case_pictures is
    'Pictures that cameras were asked for on behalf of a case. The log of the case names each with its hash.';
comment on column hub.case_pictures.settled is 'When the log was told that it came or why not.';
comment on column hub.case_pictures.jpeg is
    'Kept with the case, also when the series forgets what its camera sent; null: it did not come.';
create index case_pictures_open on hub.case_pictures (until) where settled is null;
create index case_pictures_by_case on hub.case_pictures (case_id);
