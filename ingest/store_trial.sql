-- name: write_probe
insert into link_probes (worker, token, probed) values (%s, %s, now())
on conflict (worker) do update set token = excluded.token, probed = excluded.probed

-- name: read_probe
select token from link_probes where worker = %s
