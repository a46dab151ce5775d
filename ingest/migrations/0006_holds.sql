-- A person's swipes are found without reading everybody's: stays are folded person by person.
create index swipes_by_person on swipes (person, time);

-- What an opened investigation may still need is not deleted meanwhile.
create table swipe_holds (
    holder text primary key,
    start  timestamptz not null,
    finish timestamptz not null check (finish > start),
    until  timestamptz not null
);
comment on table swipe_holds is
    'Swipes of [start, finish) are kept beyond their days, until the hold ends or is taken back.';
