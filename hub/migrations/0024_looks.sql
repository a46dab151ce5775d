-- The look on site that a remote detection asks for, which is no emergency (SE-23).

alter table hub.cases
    add column look    text check (look in ('asked', 'confirmed', 'not_found')),
    add column look_by timestamptz;
comment on column hub.cases.look is 'How far the look on site is; null: none is asked for.';
