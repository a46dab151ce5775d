-- Documents that a case refers to are evidence, as photos are: kept for good and never changed.

alter table hub.attachments add column held boolean not null default false;
comment on column hub.attachments.held is 'A case refers to it: it is evidence and stays.';

create function hub.keep_attachment() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and not old.held then
        return old;
    end if;
    if tg_op = 'UPDATE' and (new.held or not old.held)
       and (new.hash, new.type, new.name, new.bytes, new.actor)
         = (old.hash, old.type, old.name, old.bytes, old.actor) then
        return new;
    end if;
    raise exception '% refused: an attachment is never changed', tg_op
        using errcode = 'restrict_violation';
end
$$;
create trigger keep_attachment before update or delete on hub.attachments
    for each row execute function hub.keep_attachment();
create trigger keep_attachments before truncate on hub.attachments
    for each statement execute function hub.refuse_change();
alter table hub.attachments enable always trigger keep_attachment;
alter table hub.attachments enable always trigger keep_attachments;
