-- The second wall: what requests read through gridwarden_desk is cut to the grids in the setting
-- gridwarden.scope, whatever the query forgot. Unset, it is nothing; `*` is the whole site.
-- A request that only reads has the grids of who acts and can write nothing in these tables. One
-- that writes has `*`: its consequences reach beyond the writer's grids (cases beside it, letters
-- to the office above). The owner of the tables, as which the hub's own tasks run, is not cut.

create function hub.sees_all() returns boolean language sql stable return
    current_setting('gridwarden.scope', true) = '*';

create function hub.scope() returns text[] language sql stable return
    string_to_array(coalesce(current_setting('gridwarden.scope', true), ''), ',');
comment on function hub.scope is 'Grids that who acts may see, with all below them.';

create function hub.scope_grids() returns text[] language sql stable return
    (select coalesce(array_agg(code), '{}') from hub.grids where path && hub.scope());
comment on function hub.scope_grids is 'The same with every grid below them.';

create function hub.acting() returns text language sql stable return
    current_setting('gridwarden.person', true);

create function hub.head_position() returns bigint language sql stable security definer
set search_path = hub, pg_temp return (select coalesce(max(position), 0) from hub.case_events);
comment on function hub.head_position is
    'Of the newest event in the log of cases, for all alike: pages resume from there.';

-- In subqueries, so that each is worked out once for a query and not for every row.
create policy sight on hub.cases for select to gridwarden_desk using (
    (select hub.sees_all()) or grid_path && (select hub.scope())
    or owner = (select hub.acting()) or (select hub.acting()) = any (assist));

create policy sight on hub.reports for select to gridwarden_desk using (
    (select hub.sees_all()) or grid = any ((select hub.scope_grids())::text[])
    or actor = (select hub.acting()));
create policy sight on hub.responsibility_letters for select to gridwarden_desk using (
    (select hub.sees_all()) or grid = any ((select hub.scope_grids())::text[])
    or person = (select hub.acting()));
create policy sight on hub.unit_entries for select to gridwarden_desk using (
    (select hub.sees_all()) or exists (
        select from hub.units u
        where u.id = unit and u.grid = any ((select hub.scope_grids())::text[])));
create policy sight on hub.file_entries for select to gridwarden_desk using (
    (select hub.sees_all())
    or kind in ('building', 'yard')  -- which may lie in several grids, and tell of no person
    or exists (select from hub.units u
        where u.id = subject and u.grid = any ((select hub.scope_grids())::text[]))
    or exists (select from hub.households h
        where h.id = subject and h.grid = any ((select hub.scope_grids())::text[])));

do $$
declare
    one text;
begin
    foreach one in array array[
        'case_events', 'case_anomalies', 'case_pictures', 'case_timers', 'day_list_items', 'letters']
    loop  -- the policy of the cases cuts the subquery
        execute format(
            'create policy sight on hub.%I for select to gridwarden_desk using (
                (select hub.sees_all()) or exists (select from hub.cases c where c.id = case_id))', one);
    end loop;
    foreach one in array array[
        'cases', 'reports', 'responsibility_letters', 'unit_entries', 'file_entries',
        'case_events', 'case_anomalies', 'case_pictures', 'case_timers', 'day_list_items', 'letters']
    loop
        execute format(
            'create policy work_in on hub.%I for insert to gridwarden_desk
                with check ((select hub.sees_all()))', one);
        execute format(
            'create policy work_on on hub.%I for update to gridwarden_desk
                using ((select hub.sees_all()))', one);
        execute format(
            'create policy work_out on hub.%I for delete to gridwarden_desk
                using ((select hub.sees_all()))', one);
        execute format('alter table hub.%I enable row level security', one);
    end loop;
end
$$;

-- What was measured is no business of a request: it registers devices and asks agents.
revoke insert, update on all tables in schema public from gridwarden_desk;
alter default privileges in schema public revoke insert, update on tables from gridwarden_desk;
grant insert, update, delete on public.devices to gridwarden_desk;
grant insert, update on public.agent_commands to gridwarden_desk;
