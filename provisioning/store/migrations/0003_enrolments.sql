-- Until when a person without a second factor may set one up while logging in.
create table enrolments (
  account text not null primary key references accounts (id) on delete cascade,
  ends bigint not null
)
