-- Replies to the steps of cases are kept with all others; triggers of one kind are of one force.

insert into hub.replies (person, key, request, reply, at)
select person, key, request, reply, at from hub.case_replies
on conflict do nothing;
drop table hub.case_replies;

-- As the other tables that are never rewritten: whoever writes, replication too.
alter table hub.direct_command enable always trigger append_only;
alter table hub.photos enable always trigger keep_photo;
alter table hub.photos enable always trigger keep_photos;
