-- The master keys that this store has used, by their fingerprints, in the order in which they became
-- active: the last one seals. A daemon that lacks one of them is refused.
create table store_keys (
  number integer not null primary key,
  fingerprint text not null unique,
  activated bigint not null
)

insert into store_keys (number, fingerprint, activated)
  select 1, value, 0 from store_facts where name = 'key'

-- Which keys each daemon holds that uses this store.
create table key_holders (
  node text not null primary key,
  fingerprints text not null,
  seen bigint not null
)

-- What is still to be sealed with the active key: a row for each table, with the last id that was.
create table resealing (
  place text not null primary key,
  after_id text not null
)

-- The index of the row's code under the keys that are not active: a letter from before a change of
-- keys keeps its own.
alter table import_rows add column other_code_indexes text not null default ''
