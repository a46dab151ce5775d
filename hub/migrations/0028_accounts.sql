-- Accounts: who may sign in; sessions of the page, tokens of programs, roles given, failed sign-ins.
-- And the role of the database under which requests run: it reaches none of these tables.

create table hub.accounts (
    id           bigint generated always as identity primary key,
    name         text not null unique check (name <> ''),
    person       text unique,
    display      text not null,
    demo         boolean not null default false,
    disabled     timestamptz,
    password     text,
    password_set timestamptz,
    code         bytea,
    code_until   timestamptz,
    made         timestamptz not null,
    made_by      text not null,
    check ((code is null) = (code_until is null)),
    check ((password is null) = (password_set is null))
);
comment on column hub.accounts.name is 'What one signs in with, in small letters.';
comment on column hub.accounts.person is
    'The person of the site that acts. No foreign key: who leaves the site keeps a name, and has no rights.';
comment on column hub.accounts.password is 'Its argon2id hash; none before the first one-time code is used.';
comment on column hub.accounts.code is 'Hash of the one-time code that sets a new password.';

create table hub.sessions (
    id      bigint generated always as identity primary key,
    hash    bytea not null unique,
    account bigint not null references hub.accounts,
    made    timestamptz not null,
    seen    timestamptz not null,
    until   timestamptz not null,
    ended   timestamptz,
    address text not null,
    browser text not null
);
create index sessions_of_account on hub.sessions (account) where ended is null;
comment on table hub.sessions is 'Who is signed in at the page. Of the cookie only the SHA-256 is kept.';

create table hub.tokens (
    id      bigint generated always as identity primary key,
    hash    bytea not null unique,
    account bigint not null references hub.accounts,
    name    text not null,
    rights  text[],
    made    timestamptz not null,
    until   timestamptz not null,
    used    timestamptz,
    revoked timestamptz
);
create index tokens_of_account on hub.tokens (account) where revoked is null;
comment on column hub.tokens.rights is 'Those that the token is limited to; null: all of the account''s.';

create table hub.granted_roles (
    id         bigint generated always as identity primary key,
    account    bigint not null references hub.accounts,
    role       text not null,
    grid       text,
    starts     timestamptz not null,
    ends       timestamptz check (ends > starts),
    granted_by text not null,
    granted    timestamptz not null,
    revoked_by text,
    revoked    timestamptz,
    check ((revoked is null) = (revoked_by is null))
);
create index granted_roles_of_account on hub.granted_roles (account) where revoked is null;
comment on column hub.granted_roles.grid is 'With all below it; null: the whole site.';

create function hub.grants_of(account bigint) returns jsonb language sql stable return
    (select coalesce(jsonb_agg(jsonb_build_array(g.id, g.role, g.grid,
            extract(epoch from g.starts), extract(epoch from g.ends))), '[]')
     from hub.granted_roles g where g.account = grants_of.account and g.revoked is null);
comment on function hub.grants_of is 'Id, role, grid, start and end (seconds since 1970) of what is granted.';

create table hub.sign_in_failures (
    subject text primary key,
    count   int not null,
    last    timestamptz not null,
    until   timestamptz
);
create index sign_in_failures_by_age on hub.sign_in_failures (last);
comment on table hub.sign_in_failures is
    'Failed sign-ins since the last that succeeded, of an account and an address; until when to wait.';
comment on column hub.sign_in_failures.subject is
    'A hash: whoever mistakes the fields of the form has typed a password where the name belongs.';

create function hub.refuse_minor() returns trigger language plpgsql as $$
begin
    if new.disabled is null and exists (
        select from hub.people p where p.id = new.person and (p.more ->> 'minor')::boolean)
    then
        raise exception 'a minor gets no account' using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;
create trigger refuse_minor before insert or update on hub.accounts
    for each row execute function hub.refuse_minor();

create function hub.disable_minor() returns trigger language plpgsql security definer
set search_path = hub, pg_temp as $$
begin
    update hub.accounts set disabled = now() where person = new.id and disabled is null;
    return null;
end
$$;
comment on function hub.disable_minor is 'The site file says that somebody is a minor: out with the account.';
create trigger disable_minor after insert or update on hub.people
    for each row when ((new.more ->> 'minor')::boolean) execute function hub.disable_minor();

create function hub.tell_leaves() returns trigger language plpgsql as $$
begin
    perform pg_notify('gridwarden_leaves', '');
    return null;
end
$$;
comment on function hub.tell_leaves is 'A stand-in''s rights begin and end with leave: hubs read it again.';
create trigger tell_leaves after insert or update or delete on hub.leaves
    for each statement execute function hub.tell_leaves();

do $$
begin
    if not exists (select from pg_roles where rolname = 'gridwarden_desk') then
        begin
            create role gridwarden_desk nologin;
        exception
            when duplicate_object or unique_violation then
                null;  -- another database of this server was migrated at the same time
            when insufficient_privilege then
                raise exception 'the database user % may not create the role gridwarden_desk', current_user
                    using errcode = 'insufficient_privilege',
                          hint = 'Let an administrator of the database run: create role gridwarden_desk nologin; grant gridwarden_desk to the user; then migrate again.';
        end;
    end if;
    if not pg_has_role(current_user, 'gridwarden_desk', 'member') then
        execute format('grant gridwarden_desk to %I', current_user);
    end if;
end
$$;

grant usage on schema public, hub to gridwarden_desk;
grant select, insert, update, delete on all tables in schema hub to gridwarden_desk;
grant select, insert, update on all tables in schema public to gridwarden_desk;
alter default privileges in schema hub grant select, insert, update, delete on tables to gridwarden_desk;
alter default privileges in schema public grant select, insert, update on tables to gridwarden_desk;
revoke all on hub.accounts, hub.sessions, hub.tokens, hub.granted_roles, hub.sign_in_failures
    from gridwarden_desk;
