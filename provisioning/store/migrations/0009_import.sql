-- Imports: their rows wait in a table of their own until the import is committed, and from there
-- become people and letters a few at a time. The rules of 0001_first.sql hold.

create table imports (
  number bigint not null primary key,
  id text not null unique,
  owner text not null,
  state text not null,
  touched bigint not null,
  spoilt integer not null,
  taken bigint not null,
  serial bigint,
  committed bigint,
  letters_expire bigint,
  settled_to bigint not null,
  settled bigint not null,
  added bigint not null,
  updated bigint not null,
  unchanged bigint not null,
  letters bigint not null
);

create index imports_by_state on imports (state);

-- The line is where the row came from; person and letter are the ids that it brings if it is the
-- first to tell of them. personal is sealed for people.personal of that person, code_hash made for
-- that letter, so that both can be copied as they are. Rows are settled in the order of person_key,
-- the beginning of ahv_index as a number; those up to imports.settled_to are. The whole index here
-- instead of the number would be three times as large, and it is what an import writes most of.
create table import_rows (
  import bigint not null,
  line bigint not null,
  person_key bigint not null,
  ahv_index text not null,
  person text not null,
  person_index text not null,
  language text not null,
  personal text not null,
  portal text not null,
  audience text not null,
  letter text not null,
  code_hash text not null,
  code_index text not null,
  primary key (import, line)
);

create index import_rows_by_person on import_rows (import, person_key, line);

-- Whether a code that is imported is the one that a person has for a portal already; '' of letters
-- that are older than this column.
alter table letters add column code_index text not null default ''
