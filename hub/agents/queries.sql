-- name: knows_agent
select exists (select from public.agents where name = %(agent)s)

-- name: ask
-- The same id again is the same command: nothing is asked twice.
insert into public.agent_commands (id, agent, "order", made, valid_until)
values (%(id)s, %(agent)s, %(order)s::jsonb, %(made)s, %(valid_until)s)
on conflict (id) do nothing

-- name: wake_workers
notify gridwarden_commands

-- name: command
select id, agent, "order", made, valid_until, state, tries, answered, reason, detail
from public.agent_commands where id = %(id)s and agent = %(agent)s

-- name: commands
select id, agent, "order", made, valid_until, state, tries, answered, reason, detail
from public.agent_commands
where agent = %(agent)s
  and (%(made)s::timestamptz is null or (made, id) < (%(made)s::timestamptz, %(id)s))
order by made desc, id desc
limit %(limit)s
