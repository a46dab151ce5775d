-- name: lock
select pg_advisory_xact_lock(%(key)s)

-- name: head
select seq, hash from hub.audit_log order by seq desc limit 1

-- name: append
insert into hub.audit_log (seq, at, actor, action, subject, data, prev_hash, hash)
values (%(seq)s, %(at)s, %(actor)s, %(action)s, %(subject)s, %(data)s, %(prev_hash)s, %(hash)s)

-- name: page
select * from hub.audit_log where seq > %(after)s order by seq limit %(limit)s
