-- What people report, and the photos that they bring. A report is never changed; a photo is kept
-- under the hash of its content, and for good once something refers to it.

create table hub.photos (
    hash  text primary key check (hash ~ '^[0-9a-f]{64}$'),
    type  text not null check (type in ('image/jpeg', 'image/png', 'image/webp')),
    bytes bytea not null,
    at    timestamptz not null,
    held  boolean not null default false
);
create index photos_unheld on hub.photos (at) where not held;
comment on column hub.photos.hash is 'SHA-256 of the bytes.';
comment on column hub.photos.held is 'Something refers to it: it is evidence and stays.';

create function hub.keep_photo() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and not old.held then
        return old;
    end if;
    if tg_op = 'UPDATE' and new.held
       and (new.hash, new.type, new.bytes, new.at) = (old.hash, old.type, old.bytes, old.at) then
        return new;
    end if;
    raise exception '% refused: a photo is evidence', tg_op using errcode = 'restrict_violation';
end
$$;
create trigger keep_photo before update or delete on hub.photos
    for each row execute function hub.keep_photo();
create trigger keep_photos before truncate on hub.photos
    for each statement execute function hub.refuse_change();

create table hub.reports (
    id       bigint generated always as identity primary key,
    at       timestamptz not null,
    seen     timestamptz not null,
    actor    text not null,
    category text not null,
    subject  text not null,
    spot     jsonb not null,
    grid     text not null,
    words    text not null,
    photos   text[] not null
);
create index reports_by_grid on hub.reports (grid, at);
comment on column hub.reports.subject is
    'A device''s id, or hydrant:ID, equipment:ID, place:ID, point:X,Y.';

create trigger append_only before update or delete or truncate on hub.reports
    for each statement execute function hub.refuse_change();
alter table hub.reports enable always trigger append_only;
