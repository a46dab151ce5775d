-- A follower that was away for so long that ingest dropped what it had not read knows of it.

alter table hub.followers
    add column missed_after bigint,
    add column missed_to    bigint,
    add column missed_at    timestamptz;
comment on column hub.followers.missed_at is
    'When the follower last found rows of the feed gone that it had not judged: some of those '
    'after missed_after up to missed_to.';
