-- Requests that came through Open311, beside the reports that they became.

create table hub.open311_requests (
    report     bigint primary key references hub.reports,
    case_id    bigint references hub.cases,
    token      text not null unique,
    at         timestamptz not null,
    service    text not null,
    words      text not null,
    address    text not null,
    address_id text not null,
    spot       jsonb not null,
    media      text not null
);
create index open311_requests_by_time on hub.open311_requests (at desc, report desc);
comment on column hub.open311_requests.case_id is 'None: the report fell under a consent.';
comment on column hub.open311_requests.spot is 'Planar metres.';

create trigger append_only before update or delete or truncate on hub.open311_requests
    for each statement execute function hub.refuse_change();
alter table hub.open311_requests enable always trigger append_only;

create function hub.case_followed(wanted bigint) returns setof hub.cases language sql stable as $$
    with recursive way (id, hops) as (
        select wanted, 0
        union all
        select onward.id, way.hops + 1 from way
        join hub.case_events e on e.case_id = way.id and e.event = 'merged'
        join hub.cases onward on onward.number = e.data ->> 'number'
        where way.hops < 8
    )
    select c.* from hub.cases c join way using (id) order by way.hops desc limit 1
$$;
comment on function hub.case_followed is 'The case, or the one that it was merged into.';
