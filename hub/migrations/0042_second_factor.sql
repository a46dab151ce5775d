-- A second factor: codes of an authenticator app, and recovery codes for who has lost it.

alter table hub.accounts
    add column totp bytea,
    add column totp_since timestamptz,
    add column totp_step bigint not null default 0,
    add column totp_draft bytea,
    add check ((totp is null) = (totp_since is null));
comment on column hub.accounts.totp is
    'The secret of the authenticator app, under the account key of the data folder; none: a password is enough.';
comment on column hub.accounts.totp_step is 'The newest half minute whose code was used: each counts once.';
comment on column hub.accounts.totp_draft is 'A secret that was shown, and counts once a code of it was sent.';

create table hub.recovery_codes (
    account bigint not null references hub.accounts,
    hash    bytea not null,
    primary key (account, hash)
);
comment on table hub.recovery_codes is 'Hashes of those that are left: one that was used is deleted.';
revoke all on hub.recovery_codes from gridwarden_desk;
