-- name: by_session
-- Who is behind a session, with all that the rights need: one query for each request.
select a.id, a.name, a.person, s.id as session, null::bigint as token, null::text[] as rights,
    s.made, s.seen, hub.grants_of(a.id) as grants,
    exists (select from hub.cases c where c.owner = a.person and c.open) as owes
from hub.sessions s join hub.accounts a on a.id = s.account
where s.hash = %(hash)s and s.ended is null and s.until > %(now)s and a.disabled is null

-- name: by_token
select a.id, a.name, a.person, null::bigint as session, t.id as token, t.rights,
    t.made, t.used as seen, hub.grants_of(a.id) as grants,
    exists (select from hub.cases c where c.owner = a.person and c.open) as owes
from hub.tokens t join hub.accounts a on a.id = t.account
where t.hash = %(hash)s and t.revoked is null and t.until > %(now)s and a.disabled is null

-- name: by_account
select a.id, a.name, a.person, null::bigint as session, null::bigint as token,
    null::text[] as rights, a.made, null::timestamptz as seen, hub.grants_of(a.id) as grants,
    exists (select from hub.cases c where c.owner = a.person and c.open) as owes
from hub.accounts a where a.id = %(account)s

-- name: see_session
update hub.sessions set seen = %(now)s, until = %(until)s where id = %(id)s and ended is null

-- name: see_token
update hub.tokens set used = %(now)s where id = %(id)s

-- name: account
select id, name, person, display, demo, disabled, password is not null as has_password,
    code_until as invited, made, made_by
from hub.accounts where id = %(id)s

-- name: account_named
select id, name, person, display, demo, disabled, password is not null as has_password,
    code_until as invited, made, made_by
from hub.accounts where name = %(name)s

-- name: account_of_person
select id, name, person, display, demo, disabled, password is not null as has_password,
    code_until as invited, made, made_by
from hub.accounts where person = %(person)s

-- name: secret_of
select password from hub.accounts where id = %(id)s and disabled is null

-- name: sign_in
select id, password from hub.accounts where name = %(name)s and disabled is null

-- name: add_account
insert into hub.accounts (name, person, display, demo, made, made_by)
values (%(name)s, %(person)s, %(display)s, %(demo)s, %(now)s, %(by)s)
on conflict do nothing
returning id

-- name: set_password
update hub.accounts set password = %(password)s, password_set = %(now)s, code = null, code_until = null
where id = %(id)s

-- name: add_session
insert into hub.sessions (hash, account, made, seen, until, address, browser)
values (%(hash)s, %(account)s, %(now)s, %(now)s, %(until)s, %(address)s, %(browser)s)
returning id

-- name: sessions
select id, made, seen, until, address, browser from hub.sessions
where account = %(account)s and ended is null and until > %(now)s order by seen desc, id

-- name: end_session
update hub.sessions set ended = %(now)s
where account = %(account)s and id = %(id)s and ended is null returning id

-- name: end_sessions
update hub.sessions set ended = %(now)s
where account = %(account)s and id is distinct from %(but)s and ended is null

-- name: add_token
insert into hub.tokens (hash, account, name, rights, made, until)
values (%(hash)s, %(account)s, %(name)s, %(rights)s, %(now)s, %(until)s)
returning id, name, rights, made, until, used

-- name: tokens
select id, name, rights, made, until, used from hub.tokens
where account = %(account)s and revoked is null and until > %(now)s order by id

-- name: revoke_token
update hub.tokens set revoked = %(now)s
where account = %(account)s and id = %(id)s and revoked is null returning id

-- name: grant
insert into hub.granted_roles (account, role, grid, starts, ends, granted_by, granted)
values (%(account)s, %(role)s, %(grid)s, %(starts)s, %(ends)s, %(by)s, %(now)s)
returning id

-- name: touch_failures
insert into hub.sign_in_failures (subject, count, last)
select unnest(%(subjects)s::text[]), 0, 'epoch' on conflict do nothing

-- name: failures
select subject, count, last, until from hub.sign_in_failures
where subject = any(%(subjects)s) order by subject for update

-- name: note_failure
update hub.sign_in_failures set count = %(count)s, last = %(last)s, until = %(until)s
where subject = %(subject)s

-- name: forget_attempt
update hub.sign_in_failures set count = greatest(count - 1, 0), until = null
where subject = %(subject)s

-- name: forget_failures
delete from hub.sign_in_failures where subject = any(%(subjects)s)

-- name: sweep_failures
delete from hub.sign_in_failures
where last < %(before)s and (until is null or until < %(before)s)

-- name: sweep_sessions
delete from hub.sessions where coalesce(ended, until) < %(before)s

-- name: accounts
select a.id, a.name, a.person, a.display, a.demo, a.disabled, a.password is not null as has_password,
    a.code_until as invited, a.made, a.made_by,
    (select max(s.seen) from hub.sessions s where s.account = a.id) as seen
from hub.accounts a order by a.name

-- name: put_code
update hub.accounts set code = %(code)s, code_until = %(until)s
where id = %(id)s and disabled is null returning id

-- name: take_code
update hub.accounts set code = null, code_until = null
where name = %(name)s and code = %(code)s and code_until > %(now)s and disabled is null
returning id

-- name: disable
update hub.accounts set disabled = %(now)s, code = null, code_until = null
where id = %(id)s and disabled is null

-- name: enable
update hub.accounts set disabled = null where id = %(id)s

-- name: revoke_tokens
update hub.tokens set revoked = %(now)s where account = %(account)s and revoked is null

-- name: grants
select id, role, grid, starts, ends, granted_by, granted from hub.granted_roles
where account = %(account)s and revoked is null order by id

-- name: revoke_grant
update hub.granted_roles set revoked = %(now)s, revoked_by = %(by)s
where account = %(account)s and id = %(id)s and revoked is null returning id

-- name: lock_accounts
lock table hub.accounts, hub.granted_roles in share row exclusive mode

-- name: managers
-- Who else can manage all accounts: by a role granted for the whole site, for good.
select a.id, g.id from hub.accounts a join hub.granted_roles g on g.account = a.id
where a.disabled is null and g.revoked is null and g.grid is null and g.role = any(%(roles)s)
  and g.starts <= %(now)s and g.ends is null

-- name: person
select name, coalesce((more ->> 'minor')::boolean, false) as minor from hub.people
where id = %(person)s


-- name: second
select totp, totp_draft, totp_step, totp_since,
    (select count(*) from hub.recovery_codes r where r.account = a.id) as recovery
from hub.accounts a where id = %(id)s

-- name: draft_totp
update hub.accounts set totp_draft = %(secret)s where id = %(id)s

-- name: use_step
-- Each code once: of two requests with the same one, the second changes nothing.
update hub.accounts set totp_step = %(step)s where id = %(id)s and totp_step < %(step)s returning id

-- name: confirm_totp
update hub.accounts set totp = totp_draft, totp_draft = null, totp_since = %(now)s
where id = %(id)s and totp is null and totp_draft = %(draft)s returning id

-- name: remove_totp
update hub.accounts set totp = null, totp_since = null, totp_draft = null where id = %(id)s

-- name: add_recovery
insert into hub.recovery_codes (account, hash) select %(id)s, unnest(%(hashes)s::bytea[])

-- name: use_recovery
delete from hub.recovery_codes where account = %(id)s and hash = %(hash)s returning account

-- name: drop_recovery
delete from hub.recovery_codes where account = %(id)s
