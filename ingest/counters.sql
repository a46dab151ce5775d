-- name: count
insert into counters (name, value) values (%s, %s)
on conflict (name) do update set value = counters.value + excluded.value
