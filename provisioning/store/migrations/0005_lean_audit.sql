-- Each login appends to the audit log and waits for the disk: two indexes that nothing reads cost it
-- two pages, and in SQLite a third is spared where the number is the row's own.

-- only postgresql
drop index audit_by_account

-- only postgresql
drop index audit_by_decision

-- only sqlite
create table lean_audit (
  number integer not null primary key,
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
)

-- only sqlite
insert into lean_audit select number, at, decision, what, outcome, account, actor, address, service,
  factor, reason, previous, hash from audit

-- only sqlite
drop table audit

-- only sqlite
alter table lean_audit rename to audit

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
