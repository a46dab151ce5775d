-- name: count_grids
select count(*), null::timestamptz from hub.grids

-- name: count_people
select count(*), null::timestamptz from hub.people

-- name: count_devices
select count(*), null::timestamptz from hub.devices

-- name: count_places
select count(*), null::timestamptz from hub.places

-- name: count_households
select count(*), null::timestamptz from hub.households

-- name: count_units
select count(*), null::timestamptz from hub.units
