-- Where a PAM session runs, and since when its host owes it an end.
alter table sessions add column host text not null default ''

alter table sessions add column boot text not null default ''

alter table sessions add column leaving bigint

create index sessions_leaving on sessions (host) where leaving is not null
