-- Terminals that members carry (SE-20).

create table hub.terminals (
    id       text primary key,
    person   text not null references hub.people deferrable initially deferred,
    report_s float8 not null
);
comment on table hub.terminals is 'They send as simple devices under their id, wherever they are.';
