-- Forgotten passwords on their way. The rules of 0001_first.sql hold. No account: of nobody who may
-- enter; no token: no browser has taken it up yet.

create table password_resets (
  id text not null primary key,
  token_index text unique,
  account text references accounts (id) on delete cascade,
  portal text not null,
  language text not null,
  step text not null,
  personal text not null,
  mail_sends integer not null,
  mail_sent bigint,
  sms_sent bigint,
  factor text not null,
  started bigint not null,
  updated bigint not null,
  expires bigint not null
);

create index password_resets_by_account on password_resets (account);

create index password_resets_by_end on password_resets (expires)
