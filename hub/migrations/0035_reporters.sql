-- Reporters: who hides behind `reporter:N`, the name that cases, logs and exports have of them.

create table hub.reporters (
    id      bigint generated always as identity primary key,
    at      timestamptz not null,
    person  text,
    name    text not null,
    contact text not null
);
comment on table hub.reporters is
    'Read by whoever pays and gives feedback only, one at a time; each look is in the audit log. Each
report has a number of its own, so that two of one person can''t be told to be one''s.';
comment on column hub.reporters.person is 'Who signed in, as id or account:NAME; null: nobody had.';
create trigger append_only before update or delete or truncate on hub.reporters
    for each statement execute function hub.refuse_change();
alter table hub.reporters enable always trigger append_only;

revoke all on hub.reporters from gridwarden_desk;
grant insert, select (id) on hub.reporters to gridwarden_desk;
