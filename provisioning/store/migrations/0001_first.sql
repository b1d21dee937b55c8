-- Statements are separated by an empty line. They are the same for SQLite and PostgreSQL; one that
-- is not begins with "-- only sqlite" or "-- only postgresql".
-- Times are milliseconds since 1970 in UTC. Columns named *_index hold keyed hashes; personal,
-- content and dn hold sealed text: nothing here tells who a person is (requirement R5).

create table people (
  id text not null primary key,
  ahv_index text not null unique,
  language text not null,
  personal text not null
);

create table letters (
  id text not null primary key,
  person text not null references people (id) on delete cascade,
  serial bigint not null,
  portal text not null,
  audience text not null,
  code_hash text not null,
  issued bigint not null,
  expires bigint not null,
  used bigint,
  dead bigint,
  unique (person, serial)
);

create table accounts (
  id text not null primary key,
  person text not null unique references people (id) on delete cascade,
  email_index text not null unique,
  login_index text not null unique,
  language text not null,
  state text not null,
  entry_uuid text not null,
  personal text not null,
  dn text not null,
  locked bigint,
  created bigint not null
);

create index accounts_by_creation on accounts (created, id);

create table memberships (
  account text not null references accounts (id) on delete cascade,
  portal text not null,
  audience text not null,
  since bigint not null,
  primary key (account, portal)
);

create table terms_acceptances (
  account text not null references accounts (id) on delete cascade,
  portal text not null,
  version text not null,
  hash text not null,
  language text not null,
  accepted bigint not null
);

create index terms_by_account on terms_acceptances (account, portal, accepted);

create table factors (
  id text not null primary key,
  account text not null unique references accounts (id) on delete cascade,
  kind text not null,
  last_step bigint not null,
  step_offset integer not null,
  personal text not null,
  created bigint not null
);

create table registrations (
  id text not null primary key,
  token_index text not null unique,
  person text not null references people (id) on delete cascade,
  letter text not null references letters (id) on delete cascade,
  portal text not null,
  audience text not null,
  language text not null,
  step text not null,
  terms_portal text not null,
  terms_version text not null,
  terms_hash text not null,
  terms_language text not null,
  terms_accepted bigint not null,
  started bigint not null,
  updated bigint not null,
  account text not null,
  personal text not null,
  address_in_use integer not null,
  entry_uuid text not null,
  mail_sends integer not null,
  mail_sent bigint,
  sms_sends integer not null,
  sms_sent bigint,
  discarded integer not null
);

create index registrations_by_person on registrations (person, step);

create index registrations_by_step on registrations (step, updated);

create table challenges (
  id text not null primary key,
  purpose text not null,
  subject text not null,
  service text not null,
  code_hash text not null,
  sent bigint not null,
  expires bigint not null,
  wrong integer not null,
  sends integer not null,
  consumed integer not null,
  unique (purpose, subject, service)
);

create table attempts (
  kind text not null,
  key_index text not null,
  at bigint not null
);

create index attempts_by_key on attempts (kind, key_index, at);

create table sessions (
  id text not null primary key,
  kind text not null,
  account text not null references accounts (id) on delete cascade,
  portal text not null,
  service text not null,
  address text not null,
  terminal text not null,
  caller bigint not null,
  token_index text unique,
  started bigint not null,
  last_seen bigint not null,
  ended bigint
);

create index sessions_by_account on sessions (account, started);

create index sessions_open on sessions (started) where ended is null;

create table pending_logins (
  token_index text not null primary key,
  account text not null references accounts (id) on delete cascade,
  portal text not null,
  joining text not null,
  expires bigint not null
);

create table outbox (
  id text not null primary key,
  serial bigint not null unique,
  order_index text not null,
  channel text not null,
  wording text not null,
  language text not null,
  portal text not null,
  content text not null,
  state text not null,
  created bigint not null,
  expires bigint not null,
  due bigint not null,
  leased_until bigint not null,
  attempts integer not null,
  trouble text not null,
  finished bigint
);

create index outbox_waiting on outbox (order_index, serial) where state = 'waiting';

create index outbox_in_order on outbox (serial) where state = 'waiting';

create table audit (
  number bigint not null primary key,
  at bigint not null,
  decision text not null,
  what text not null,
  outcome text not null,
  account text not null,
  actor text not null,
  address text not null,
  service text not null,
  factor text not null,
  reason text not null,
  previous text not null,
  hash text not null
);

create index audit_by_account on audit (account, number);

create index audit_by_decision on audit (decision);

-- only sqlite
create trigger audit_is_never_changed before update on audit
begin
  select raise(abort, 'the audit log is append-only');
end;

-- only sqlite
create trigger audit_is_never_deleted before delete on audit
begin
  select raise(abort, 'the audit log is append-only');
end;

-- only postgresql
create function audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is append-only';
end
$$

-- only postgresql
create trigger audit_is_never_changed before update or delete or truncate on audit
  for each statement execute function audit_is_append_only()

create table intents (
  id text not null primary key,
  what text not null,
  account text not null,
  registration text not null,
  entry_uuid text not null,
  written bigint not null
)
