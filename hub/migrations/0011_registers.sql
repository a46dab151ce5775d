-- Registers (SE-17): who said when that a register's entries all hold.

create table hub.register_confirmations (
    position bigint generated always as identity primary key,
    register text not null,
    at       timestamptz not null,
    actor    text,
    how      text not null check (how in ('load', 'proposal', 'person')),
    note     text not null default ''
);
comment on column hub.register_confirmations.actor is 'Null: a load of the site file.';
create index register_confirmations_newest on hub.register_confirmations (register, at);

create trigger append_only before update or delete or truncate on hub.register_confirmations
    for each statement execute function hub.refuse_change();
alter table hub.register_confirmations enable always trigger append_only;

insert into hub.register_confirmations (register, at, how)
select register, loaded, 'load'
from hub.sites, unnest('{grids,people,devices,places,households,units}'::text[]) as register;
