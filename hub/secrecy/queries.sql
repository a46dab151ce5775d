-- name: sign
insert into hub.secrecy_signatures (person, hash, en, zh, at)
values (%(person)s, %(hash)s, %(en)s, %(zh)s, %(at)s)
on conflict (person, hash) do nothing

-- name: signed
select at from hub.secrecy_signatures where person = %(person)s and hash = %(hash)s
