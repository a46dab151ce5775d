-- What agents were asked, how batches came, and the store's side of the link test.

alter table batches add column origin text not null default 'live';
comment on column batches.origin is
    'How the batch came first: live; courier (carried by hand or replayed); trial (made before '
    'the agent passed its link test). The same identity that comes again leaves this as it is.';

create table agent_commands (
    id          text primary key,
    agent       text not null references agents,
    "order"     jsonb not null,
    made        timestamptz not null default now(),
    valid_until timestamptz not null,
    state       text not null default 'waiting'
                check (state in ('waiting', 'sent', 'done', 'refused', 'failed', 'expired')),
    sent        timestamptz,
    tries       int not null default 0,
    answered    timestamptz,
    reason      text not null default '',
    detail      jsonb not null default '{}'
);
create index on agent_commands (valid_until) where state in ('waiting', 'sent');
comment on table agent_commands is
    'Commands to agents: written by the hub, published by ingest workers until the agent answers '
    'or the command expires. A command is carried out once, however often it is published.';

create table link_probes (
    worker text primary key,
    token  bigint not null,
    probed timestamptz not null
);
comment on table link_probes is
    'What ingest workers write and read back before they listen: the upper pair of the link test.';
