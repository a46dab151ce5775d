-- name: confirm
insert into hub.register_confirmations (register, at, actor, how, note)
select r.register, %(at)s, %(actor)s, %(how)s, %(note)s from unnest(%(registers)s::text[]) as r(register)

-- name: latest
select distinct on (register) register, at, actor, how, note
from hub.register_confirmations order by register, at desc, position desc

-- name: history
select register, at, actor, how, note from hub.register_confirmations
where register = %(register)s order by at desc, position desc limit %(limit)s
