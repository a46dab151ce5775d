-- Complaints about staff and supervisors, and queries of police and health authority.

create table hub.complaints (
    id       bigint generated always as identity primary key,
    at       timestamptz not null,
    about    text not null,
    said_by  text not null,
    words    text not null check (words <> ''),
    photos   text[] not null,
    handler  text,
    ticket   bytea not null unique,
    answered timestamptz,
    answer   text check ((answered is null) = (answer is null))
);
create index complaints_by_handler on hub.complaints (handler, id);
comment on column hub.complaints.said_by is 'reporter:N, or a passer-by: whoever complains is never told.';
comment on column hub.complaints.handler is
    'The next higher holder who is neither the person named nor under them; null: inspectors have it.';
comment on column hub.complaints.ticket is 'SHA-256 of what the complainant reads the answer with.';

create function hub.keep_complaint() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.answered is null
       and (new.id, new.at, new.about, new.said_by, new.words, new.photos, new.ticket)
           = (old.id, old.at, old.about, old.said_by, old.words, old.photos, old.ticket) then
        return new;
    end if;
    raise exception '% refused: a complaint is answered once and stays', tg_op
        using errcode = 'restrict_violation';
end
$$;
create trigger keep_complaint before update or delete on hub.complaints
    for each row execute function hub.keep_complaint();
create trigger keep_complaints before truncate on hub.complaints
    for each statement execute function hub.refuse_change();

create table hub.authority_queries (
    id          bigint generated always as identity primary key,
    at          timestamptz not null,
    actor       text not null,
    authority   text not null check (authority in ('police', 'health')),
    case_number text not null check (case_number <> ''),
    place       text not null,
    start       timestamptz not null,
    finish      timestamptz not null check (finish > start),
    told        int not null
);
create index authority_queries_of_actor on hub.authority_queries (actor, at);
comment on column hub.authority_queries.case_number is 'Of the authority''s own file.';
comment on column hub.authority_queries.told is 'How many lines were told, or people counted.';
create trigger append_only before update or delete or truncate on hub.authority_queries
    for each statement execute function hub.refuse_change();
alter table hub.authority_queries enable always trigger append_only;
