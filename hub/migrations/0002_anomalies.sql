-- Anomalies, and the cursor with which a follower reads the feed.

create table hub.anomalies (
    key            bigint primary key,
    rule           text not null,
    kind           text not null,
    device         text not null,
    started        timestamptz not null,
    raised         timestamptz not null,
    value          float8,
    threshold      float8,
    unit           text not null,
    quantity       text not null,
    grade          text not null,
    supersedes     text,
    detection_time timestamptz,
    found          timestamptz not null default now(),
    recovered      timestamptz,
    recovery_value float8
);
comment on column hub.anomalies.key is 'Hash of rule, device and start: the same breach is one row.';
comment on column hub.anomalies.found is 'Transaction time; the others are event times.';
create index on hub.anomalies (device, kind, started);

create table hub.followers (
    name     text primary key,
    position bigint not null,
    state    bytea not null,
    updated  timestamptz not null default now()
);
comment on column hub.followers.position is 'Feed rows up to here are taken into state, and judged.';
