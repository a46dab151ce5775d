-- name: listen
listen gridwarden_commands

-- name: expire
-- An agent's file may hold passwords: it goes as soon as nobody needs it. See `answer` too.
update agent_commands
set state = 'expired', answered = now(), reason = 'the agent did not answer in time',
    "order" = "order" || case when "order" ? 'file' then '{"file": ""}'::jsonb else '{}' end
where state in ('waiting', 'sent') and valid_until + make_interval(secs => %(grace)s) < now()

-- name: take_due
-- Skipping what another worker is just taking, so that each publishes others.
update agent_commands c
set state = 'sent', sent = now(), tries = c.tries + 1
from (
    select id from agent_commands
    where state in ('waiting', 'sent') and valid_until > now()
      and (sent is null or sent < now() - make_interval(secs => %(again)s))
    order by made
    limit %(most)s
    for update skip locked
) as due
join agent_commands o on o.id = due.id
join agents a on a.name = o.agent
where c.id = due.id
returning c.id, a.site, c.agent, c.valid_until, c."order"

-- name: answer
update agent_commands
set state = %(state)s, answered = now(), reason = %(reason)s, detail = %(detail)s::jsonb,
    "order" = "order" || case when "order" ? 'file' then '{"file": ""}'::jsonb else '{}' end
where id = %(id)s and agent = %(agent)s and state in ('waiting', 'sent', 'expired')
