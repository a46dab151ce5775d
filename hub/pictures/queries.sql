-- name: ask
insert into hub.case_pictures (command, case_id, device, agent, actor, distance_m, asked, until)
values (%(command)s, %(case)s, %(device)s, %(agent)s, %(actor)s, %(distance_m)s, %(asked)s, %(until)s)
on conflict (command) do nothing

-- name: count
select count(*) from hub.case_pictures where case_id = %(case)s

-- name: unsettled
select command, case_id, device, agent, actor, distance_m, until
from hub.case_pictures where settled is null order by asked, command

-- name: lock
select command from hub.case_pictures
where command = %(command)s and settled is null for update skip locked

-- name: settle
update hub.case_pictures set settled = %(settled)s, jpeg = %(jpeg)s where command = %(command)s

-- name: picture
select jpeg from hub.case_pictures
where case_id = %(case)s and command = %(command)s and jpeg is not null
