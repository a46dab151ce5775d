-- The whole lifecycle of cases: more stages, and what the events amount to beyond the stage.

alter table hub.cases drop constraint cases_stage_check;
alter table hub.cases add constraint cases_stage_check check (stage in (
    'discovered', 'screened', 'accepted', 'triaged', 'dispatched', 'handled', 'verified',
    'closed', 'revisited', 'archived', 'suspended', 'transferred', 'unsolvable'));

alter table hub.cases
    add column open boolean not null
        generated always as (stage not in ('closed', 'revisited', 'archived')) stored,
    add column progress jsonb;
comment on column hub.cases.open is 'Whether the hazard still asks for work.';
comment on column hub.cases.progress is
    'How far the work is beyond the stage; null: of a case from before that was not folded again yet.';

drop index hub.cases_one_open;
create unique index cases_one_open on hub.cases (device, kind) where open;
drop index hub.cases_still_open;
create index cases_still_open on hub.cases (id) where open;
drop index hub.cases_open_by_owner;
create index cases_open_by_owner on hub.cases (owner) where open;
create index cases_to_fold on hub.cases (id) where progress is null;
create index cases_ended on hub.cases (device, kind, updated) where not open;

drop function hub.is_wanted;
create function hub.is_wanted(
    c hub.cases, owner_name jsonb, grid text, kinds text[], owner text, patterns text[],
    stages text[], grades text[], since timestamptz, until timestamptz
) returns boolean language sql stable return
    (grid is null or c.grid_path @> array[grid])
    and (kinds is null or c.kind = any (kinds))
    and (owner is null or c.owner = owner)
    and (stages is null or c.stage = any (stages))
    and (grades is null or c.grade = any (grades))
    and (since is null or c.opened >= since)
    and (until is null or c.opened < until)
    and (patterns is null or concat_ws(E'\n', c.number, c.kind, c.device, c.grid,
        c.place_name ->> 'en', c.place_name ->> 'zh', owner_name ->> 'en', owner_name ->> 'zh'
    ) ~* all (patterns));
comment on function hub.is_wanted is
    'Whether a case passes a filter; what is null is not asked. Every pattern must be found in its text.
Written as one expression without subqueries, so that PostgreSQL puts it into the query that asks.';
