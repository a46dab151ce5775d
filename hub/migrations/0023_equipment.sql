-- Fire equipment (SE-09): a card per item, and its log. The log and the consents are append-only.

create table hub.equipment (
    id          text primary key,
    name        jsonb not null,
    kind        text not null,
    quantity    float8 not null check (quantity > 0),
    bought      date,
    valid_until date,
    at          jsonb not null,
    floor       int,
    place       text,
    building    text,
    unit        text,
    removed     boolean not null default false,
    checked     date,
    warned      date
);
create index equipment_by_validity on hub.equipment (valid_until) where not removed;
comment on column hub.equipment.quantity is 'Pieces; metres of a hose.';
comment on column hub.equipment.at is 'Where it was when the card was written: of its place, unit or building.';
comment on column hub.equipment.warned is 'The validity that somebody was warned of already.';

create table hub.equipment_events (
    position  bigint generated always as identity primary key,
    equipment text not null references hub.equipment,
    at        timestamptz not null,
    actor     text not null,
    event     text not null check (event in (
        'registered', 'corrected', 'checked', 'maintained', 'renewed', 'moved', 'removed')),
    note      text not null,
    data      jsonb not null
);
create index equipment_events_by_equipment on hub.equipment_events (equipment, position);

create table hub.move_consents (
    id      bigint generated always as identity primary key,
    subject text not null check (subject ~ '^(equipment|hydrant):'),
    start   timestamptz not null,
    until   timestamptz not null check (until > start),
    at      timestamptz not null,
    actor   text not null,
    note    text not null check (note <> '')
);
create index move_consents_by_subject on hub.move_consents (subject, until);
comment on table hub.move_consents is
    'The community fire office agreed that a piece of fire equipment is moved meanwhile (SE-10).';

create trigger append_only before update or delete or truncate on hub.equipment_events
    for each statement execute function hub.refuse_change();
alter table hub.equipment_events enable always trigger append_only;
create trigger append_only before update or delete or truncate on hub.move_consents
    for each statement execute function hub.refuse_change();
alter table hub.move_consents enable always trigger append_only;
