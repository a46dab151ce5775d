-- Replies to the steps of cases are kept with all others.

insert into hub.replies (person, key, request, reply, at)
select person, key, request, reply, at from hub.case_replies
on conflict do nothing;
drop table hub.case_replies;
