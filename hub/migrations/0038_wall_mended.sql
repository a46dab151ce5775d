-- What requests write in the store after all: an investigation holds swipes from being deleted.
grant insert, update, delete on public.swipe_holds to gridwarden_desk;

-- Open311's view of a case and its request: as the case.
create policy sight on hub.open311_requests for select to gridwarden_desk using (
    (select hub.sees_all()) or exists (select from hub.cases c where c.id = case_id));
create policy work_in on hub.open311_requests for insert to gridwarden_desk
    with check ((select hub.sees_all()));
alter table hub.open311_requests enable row level security;
