-- Bounds: identities as runs, how far the feed was dropped, commands by age.

create table batch_ranges (
    agent    text not null,
    epoch    bigint not null,
    first    bigint not null,
    last     bigint not null,
    began    timestamptz not null,
    received timestamptz not null,
    items    bigint not null,
    refused  bigint not null,
    primary key (agent, epoch, first),
    check (first <= last)
);
comment on table batch_ranges is
    'Identities already committed whose rows left `batches`: every seq from first to last has come. '
    'Ranges of an epoch neither overlap nor touch. `began` is the receipt of the first batch, '
    '`received` the newest one; items '
    'and refused are sums.';

-- Simple devices' messages stand at epoch 0 and below.
create index batches_of_agents_by_age on batches (received) where epoch > 0;
create index batches_of_devices_by_age on batches (received) where epoch <= 0;

create table feed_mark (
    single     boolean primary key default true check (single),
    dropped_to bigint not null
);
insert into feed_mark (dropped_to) values (0);
comment on table feed_mark is
    'One row: the highest position that was ever dropped from the feed. A follower whose cursor '
    'lies below it has missed something.';

create index agent_commands_newest on agent_commands (agent, made, id);
create index agent_commands_ended on agent_commands (answered) where answered is not null;

-- An agent's file may hold passwords: nobody needs it once the agent has had it.
update agent_commands set "order" = jsonb_set("order", '{file}', '""')
where state not in ('waiting', 'sent') and "order" ->> 'do' = 'configure';
