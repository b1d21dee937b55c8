-- What a person showed beside the password when the session began: the applications are told.
alter table sessions add column factor text not null default ''
