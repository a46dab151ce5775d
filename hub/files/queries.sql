-- name: add
insert into hub.file_entries (kind, subject, part, source, data, attachments, note, actor, at)
values (%(kind)s, %(subject)s, %(part)s, %(source)s, %(data)s, %(attachments)s, %(note)s, %(actor)s,
    %(at)s)

-- name: standing
select kind, subject, part, source, data, attachments, note, actor, at from (
    select distinct on (kind, subject, part, source) *
    from hub.file_entries order by kind, subject, part, source, position desc
) newest

-- name: history
select kind, subject, part, source, data, attachments, note, actor, at
from hub.file_entries where kind = %(kind)s and subject = %(subject)s order by position

-- name: attach
insert into hub.attachments (hash, type, name, bytes, actor, at)
values (%(hash)s, %(type)s, %(name)s, %(bytes)s, %(actor)s, %(at)s)
on conflict (hash) do update set at = greatest(attachments.at, excluded.at)

-- name: forget_unused
delete from hub.attachments a
where a.at < %(before)s and not a.held and not exists (
    select from hub.file_entries e where e.attachments @> array[encode(a.hash, 'hex')])

-- name: take_up
-- As if sent just now: whoever forgets what is unused waits for this transaction, and looks again.
update hub.attachments set at = greatest(at, %(at)s) where hash = any(%(hashes)s)

-- name: hold
update hub.attachments set held = true where hash = any(%(hashes)s)
returning encode(hash, 'hex'), type, name, length(bytes), actor, at

-- name: attachment
select type, name, bytes from hub.attachments where hash = %(hash)s

-- name: described
select encode(hash, 'hex'), type, name, length(bytes) from hub.attachments
where hash = any(%(hashes)s)

-- name: tally
-- How many files people have written in, and when the one written longest ago was.
select count(*), min(newest) from (
    select max(at) as newest from hub.file_entries
    where %(among)s::text[] is null
        or case kind when 'enterprise' then 'unit' else kind end || ':' || subject = any(%(among)s)
    group by kind, subject
) written
