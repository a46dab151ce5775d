-- name: note
insert into sensors (device, quantity)
select device, quantity from unnest(%(device)s, %(quantity)s) as t (device, quantity)
order by device, quantity
on conflict do nothing
