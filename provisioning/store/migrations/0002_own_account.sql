-- What people do with their own account after the registration. The rules of 0001_first.sql hold.

create table proofs (
  account text not null references accounts (id) on delete cascade,
  place_index text not null,
  expires bigint not null,
  primary key (account, place_index)
)
