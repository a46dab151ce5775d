-- The admission list (准入制): which categories of work grid staff get. The plan says where it begins;
-- each change is asked for by one and decided by another. Nothing is changed afterwards.

create table hub.admission_changes (
    id        bigint generated always as identity primary key,
    category  text not null,
    admitted  boolean not null,
    reason    text not null check (reason <> ''),
    asked_by  text not null,
    asked     timestamptz not null,
    agreed    boolean,
    decided_by text,
    decided   timestamptz,
    note      text not null default '',
    check ((agreed is null) = (decided_by is null) and (agreed is null) = (decided is null)),
    check (decided_by <> asked_by)
);
create unique index admission_one_pending on hub.admission_changes (category) where agreed is null;
create index admission_in_force on hub.admission_changes (category, decided) where agreed;

create function hub.keep_decided() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or old.agreed is not null
        or (new.category, new.admitted, new.reason, new.asked_by, new.asked)
            is distinct from (old.category, old.admitted, old.reason, old.asked_by, old.asked) then
        raise exception 'hub.admission_changes: what was asked for or decided stays'
            using errcode = 'restrict_violation', hint = 'Ask for another change.';
    end if;
    return new;
end
$$;
create trigger keep_decided before update or delete on hub.admission_changes
    for each row execute function hub.keep_decided();
alter table hub.admission_changes enable always trigger keep_decided;
