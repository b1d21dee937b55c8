-- What people do with their own account after the registration. The rules of 0001_first.sql hold.

create table proofs (
  account text not null references accounts (id) on delete cascade,
  place_index text not null,
  expires bigint not null,
  primary key (account, place_index)
);

create table recovery_codes (
  id text not null primary key,
  account text not null references accounts (id) on delete cascade,
  code_hash text not null,
  issued bigint not null,
  used bigint
);

create index recovery_codes_by_account on recovery_codes (account)
