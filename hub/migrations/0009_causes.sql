-- Causes: the likeliest cause of a hydrant's anomaly, with its confidence and evidence.

alter table hub.anomalies add column cause jsonb;
comment on column hub.anomalies.cause is
    'Name, confidence, the next likely and the facts that it was judged by; null: not judged.';
