-- Audit: entries wait here, written in the transaction of what they tell, until they are sealed; how
-- far the chain was checked; what the auditor filters by.

create table hub.audit_queue (
    id      bigint generated always as identity primary key,
    at      timestamptz not null,
    actor   text not null,
    action  text not null,
    subject text not null,
    data    jsonb not null
);
comment on table hub.audit_queue is
    'Entries not yet chained. They leave in the order of `id`, into hub.audit_log, and no other way.';

alter table hub.audit_log add column queued bigint unique;
comment on column hub.audit_log.queued is 'The entry''s id in hub.audit_queue; not part of the hash.';
create index audit_log_by_actor on hub.audit_log (actor, seq);
create index audit_log_by_action on hub.audit_log (action, seq);
create index audit_log_by_subject on hub.audit_log (subject, seq);
create index audit_log_by_time on hub.audit_log (at);

create function hub.keep_queued() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and exists (select from hub.audit_log where queued = old.id) then
        return old;
    end if;
    raise exception '% refused: an audit entry waits to be sealed', tg_op
        using errcode = 'restrict_violation';
end
$$;
create trigger keep_queued before update or delete on hub.audit_queue
    for each row execute function hub.keep_queued();
create trigger keep_all_queued before truncate on hub.audit_queue
    for each statement execute function hub.refuse_change();
alter table hub.audit_queue enable always trigger keep_queued;
alter table hub.audit_queue enable always trigger keep_all_queued;

create table hub.audit_walks (
    name     text primary key check (name in ('news', 'whole')),
    seq      bigint not null default 0,
    hash     bytea not null,
    broken   bigint,
    finished timestamptz
);
comment on table hub.audit_walks is
    '`news` has checked each entry once, up to `seq`; `whole` goes over all of them again and again.
`broken` is the first entry that was found altered, missing or not linked.';
insert into hub.audit_walks (name, hash)
select name, decode(repeat('00', 32), 'hex') from unnest(array['news', 'whole']) name;

revoke all on hub.audit_log, hub.audit_queue, hub.audit_walks from gridwarden_desk;
grant insert on hub.audit_queue to gridwarden_desk;
