-- Members who leave: a proposal that takes a person off all posts, and the vacancies it raises.

alter table hub.proposals add column departure jsonb;
comment on column hub.proposals.departure is 'Who leaves all posts, how and for whom; null of other changes.';

create table hub.vacancies (
    id       bigint generated always as identity primary key,
    grid     text not null,
    post     text not null check (post in ('warden', 'stand_in')),
    person   text not null,
    kind     text not null check (kind in ('transferred', 'replaced', 'dismissed')),
    reason   text not null,
    proposal bigint not null references hub.proposals,
    since    timestamptz not null
);
comment on table hub.vacancies is
    'Posts that somebody left without a successor; filled when a later version of the holding has the post.';
create index vacancies_of_grid on hub.vacancies (grid);
