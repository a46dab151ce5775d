-- Rules: kinds by configuration, several milder kinds, log entries, vetoes, and cases of several
-- devices. Fire zones of places.

alter table hub.sites add column device_kinds jsonb not null default '{}';
alter table hub.places add column zone text;
comment on column hub.places.zone is 'Zone of fire alarm; null where the building is one.';

alter table hub.anomalies
    alter column supersedes type text[]
        using case when supersedes is null then '{}' else array[supersedes] end,
    alter column supersedes set default '{}',
    alter column supersedes set not null,
    add column veto boolean not null default false,
    add column muted boolean not null default false;
comment on column hub.anomalies.muted is 'An entry of the log during a planned shut-off: no case.';
comment on column hub.anomalies.veto is 'Costs the unit its assessment (HZ-10).';

alter table hub.case_anomalies add column device text;
update hub.case_anomalies a set device = c.device from hub.cases c where c.id = a.case_id;
alter table hub.case_anomalies alter column device set not null;
create index case_anomalies_by_device on hub.case_anomalies (device, rule);
comment on column hub.cases.breaches is
    'Rules that are broken still, as RULE of the case''s device or RULE@DEVICE of another; none: recovered.';
