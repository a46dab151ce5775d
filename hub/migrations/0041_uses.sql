-- What refers to a photo or document, and in which grids: whoever may see one of these may see it.
-- As the owner of the tables, so that the indices serve (row security keeps `@>` from them) and the
-- answer tells nothing of what is in the rows; the hub decides by the paths.

create index case_events_by_photo on hub.case_events using gin ((data -> 'photos'))
    where data ? 'photos';
create index case_events_by_document on hub.case_events using gin ((data -> 'documents') jsonb_path_ops)
    where data ? 'documents';
create index reports_by_photo on hub.reports using gin (photos);
create index complaints_by_photo on hub.complaints using gin (photos);
create index hydrant_events_by_photo on hub.hydrant_events using gin ((data -> 'photos'))
    where data ? 'photos';
create index equipment_events_by_photo on hub.equipment_events using gin ((data -> 'photos'))
    where data ? 'photos';

create function hub.uses_of_photo(photo text)
returns table (what text, thing text, path text[], people text[])
language sql stable security definer set search_path = hub, pg_temp as $$
    select 'case', c.id::text, c.grid_path,
        array_remove(array[c.owner, c.warden] || c.assist, null)
    from case_events e join cases c on c.id = e.case_id
    where e.data ? 'photos' and e.data -> 'photos' @> to_jsonb(photo)
    union
    select 'report', r.id::text, coalesce(g.path, '{}'), array[r.actor]
    from reports r left join grids g on g.code = r.grid where r.photos @> array[photo]
    union
    select 'complaint', id::text, '{}', array_remove(array[handler], null)
    from complaints where photos @> array[photo]
    union
    select 'hydrant', hydrant, '{}', '{}'
    from hydrant_events where data ? 'photos' and data -> 'photos' @> to_jsonb(photo)
    union
    select 'equipment', equipment, '{}', '{}'
    from equipment_events where data ? 'photos' and data -> 'photos' @> to_jsonb(photo)
$$;
comment on function hub.uses_of_photo is
    'What refers to a photo; `path` is empty where the hub works out from the point where it lies.';

create function hub.uses_of_document(digest text)
returns table (what text, thing text, path text[], people text[])
language sql stable security definer set search_path = hub, pg_temp as $$
    select 'case', c.id::text, c.grid_path,
        array_remove(array[c.owner, c.warden] || c.assist, null)
    from case_events e join cases c on c.id = e.case_id
    where e.data ? 'documents'
      and e.data -> 'documents' @> jsonb_build_array(jsonb_build_object('sha256', digest))
    union
    select kind, subject, '{}', '{}' from file_entries where attachments @> array[digest]
    union
    select 'sent', '', '{}', array[actor] from attachments where hash = decode(digest, 'hex')
$$;
comment on function hub.uses_of_document is
    'What refers to a document, and who sent it; `path` is empty where the hub works it out.';
