-- name: find_devices
select name, id from devices where name = any(%s)

-- name: count_devices
select count(*) from devices where not registered

-- name: add_devices
insert into devices (name, registered)
select name, false from unnest(%s::text[]) as name order by name
on conflict (name) do nothing

-- name: find_quantities
select name, id from quantities where name = any(%s)

-- name: count_quantities
select count(*) from quantities

-- name: add_quantities
insert into quantities (name)
select name from unnest(%s::text[]) as name order by name
on conflict (name) do nothing
