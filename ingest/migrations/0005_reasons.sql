-- Reasons: why a reader denied a card, or what it noticed.

alter table swipes add column reason text;
comment on column swipes.reason is
    'The reader''s word after BACnetAccessEvent (ASHRAE 135), such as denied-passback or duress; '
    'null: it said nothing.';

create or replace view swipe_log as
select s.time, d.name as reader, s.person,
       (array['unknown', 'in', 'out'])[s.direction + 1] as direction, s.granted, s.received,
       s.reason
from swipes s
join devices d on d.id = s.reader;
