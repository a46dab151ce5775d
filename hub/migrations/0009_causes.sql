-- Causes: the likeliest cause of a hydrant's anomaly, with its confidence and evidence.

alter table hub.anomalies add column cause json;
comment on column hub.anomalies.cause is
    'Name, confidence, the next likely and the facts it was judged by, in their order; null: not judged.';
