-- Secrecy: who has signed which text; and violations, a leak being the first kind of them.

create table hub.secrecy_signatures (
    id      bigint generated always as identity primary key,
    person  text not null,
    hash    bytea not null,
    en      text not null,
    zh      text not null,
    at      timestamptz not null,
    unique (person, hash)
);
comment on table hub.secrecy_signatures is
    'Each signature holds the text that was signed, as it stood; `hash` is SHA-256 of both languages.';
create trigger append_only before update or delete or truncate on hub.secrecy_signatures
    for each statement execute function hub.refuse_change();
alter table hub.secrecy_signatures enable always trigger append_only;

create table hub.violations (
    id          bigint generated always as identity primary key,
    kind        text not null check (kind in ('leak')),
    person      text not null,
    happened    timestamptz not null,
    words       text not null check (words <> ''),
    evidence    text[] not null,
    recorded    timestamptz not null,
    recorded_by text not null
);
create index violations_of_person on hub.violations (person, id);
comment on table hub.violations is
    'Violations of duty that somebody recorded, with evidence (hashes of photos, cases as case:17).';
create trigger append_only before update or delete or truncate on hub.violations
    for each statement execute function hub.refuse_change();
alter table hub.violations enable always trigger append_only;
