-- Letters: written reports to the office of a higher grid (SE-07). A letter is never changed; what
-- was done with it is in `letter_events`, append-only.

create table hub.letters (
    id      bigint generated always as identity primary key,
    number  text not null unique,
    subject text not null check (subject in ('hydrant_fault')),
    case_id bigint not null references hub.cases,
    grid    text not null,
    at      timestamptz not null,
    content jsonb not null,
    sha256  text not null,
    unique (case_id, subject)
);
create index letters_by_grid on hub.letters (grid, id);
comment on column hub.letters.grid is 'The grid whose office it is addressed to.';
comment on column hub.letters.sha256 is 'Of the content as canonical JSON.';

create table hub.letter_numbers (
    year int primary key,
    last int not null
);

create table hub.letter_events (
    position bigint generated always as identity primary key,
    letter   bigint not null references hub.letters,
    at       timestamptz not null,
    actor    text not null,
    event    text not null check (event in ('sent', 'read', 'acknowledged')),
    note     text not null
);
create unique index letter_events_once on hub.letter_events (letter, actor, event);

create trigger append_only before update or delete or truncate on hub.letters
    for each statement execute function hub.refuse_change();
alter table hub.letters enable always trigger append_only;
create trigger append_only before update or delete or truncate on hub.letter_events
    for each statement execute function hub.refuse_change();
alter table hub.letter_events enable always trigger append_only;
