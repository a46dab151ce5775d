-- name: forget
-- One that is sent again counts from now on.
delete from hub.photos where not held and (at < %(before)s or hash = %(hash)s or hash in (
    select hash from hub.photos where not held order by at desc offset %(most)s))

-- name: put
insert into hub.photos (hash, type, bytes, at) values (%(hash)s, %(type)s, %(bytes)s, %(at)s)
on conflict (hash) do nothing

-- name: hold
update hub.photos set held = true where hash = any(%(hashes)s)
returning hash

-- name: read
select hash, type, bytes from hub.photos where hash = %(hash)s

-- name: of_photo
select what, thing, path, people from hub.uses_of_photo(%(hash)s)

-- name: of_document
select what, thing, path, people from hub.uses_of_document(%(hash)s)
