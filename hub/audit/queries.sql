-- name: note
insert into hub.audit_queue (at, actor, action, subject, data)
values (%(at)s, %(actor)s, %(action)s, %(subject)s, %(data)s)

-- name: anything_queued
select exists (select from hub.audit_queue)

-- name: lock
select pg_advisory_xact_lock(%(key)s)

-- name: queued
select * from hub.audit_queue order by id limit %(limit)s

-- name: head
select seq, hash from hub.audit_log order by seq desc limit 1

-- name: append
insert into hub.audit_log (seq, at, actor, action, subject, data, prev_hash, hash, queued)
values (%(seq)s, %(at)s, %(actor)s, %(action)s, %(subject)s, %(data)s, %(prev_hash)s, %(hash)s,
    %(queued)s)

-- name: leave_queue
delete from hub.audit_queue where id = any(%(ids)s)

-- name: waiting
select count(*), min(at) from hub.audit_queue

-- name: page
select * from hub.audit_log where seq > %(after)s order by seq limit %(limit)s

-- name: entry
select * from hub.audit_log where seq = %(seq)s

-- name: find
select l.*, before.hash as hash_before, behind.prev_hash as hash_behind
from hub.audit_log l
left join hub.audit_log before on before.seq = l.seq - 1
left join hub.audit_log behind on behind.seq = l.seq + 1
where l.seq > %(after)s
  and (%(before)s::bigint is null or l.seq < %(before)s)
  and (%(actor)s::text is null or l.actor = %(actor)s)
  and (%(action)s::text is null or l.action = %(action)s
       or starts_with(l.action, %(action)s || '.'))
  and (%(subject)s::text is null or l.subject = %(subject)s)
  and (%(start)s::timestamptz is null or l.at >= %(start)s)
  and (%(finish)s::timestamptz is null or l.at < %(finish)s)

-- name: oldest_first
 order by l.seq limit %(limit)s

-- name: newest_first
 order by l.seq desc limit %(limit)s

-- name: lock_walk
select name, seq, hash, broken, finished from hub.audit_walks where name = %(name)s for update

-- name: walks
select name, seq, hash, broken, finished from hub.audit_walks

-- name: walked
update hub.audit_walks
set seq = %(seq)s, hash = %(hash)s, broken = %(broken)s, finished = %(finished)s
where name = %(name)s

-- name: between
select min(seq), max(seq) from hub.audit_log
where (%(start)s::timestamptz is null or at >= %(start)s)
  and (%(finish)s::timestamptz is null or at < %(finish)s)
