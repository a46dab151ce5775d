-- name: count_grids
select count(*) from hub.grids

-- name: count_people
select count(*) from hub.people

-- name: count_devices
select count(*) from hub.devices

-- name: count_places
select count(*) from hub.places

-- name: count_households
select count(*) from hub.households

-- name: count_units
select count(*) from hub.units
