-- name: store_clock
select clock_timestamp()
