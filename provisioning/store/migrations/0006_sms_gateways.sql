-- The SMS gateways that may have a message, by name: none of them gets it again (requirement S3).
alter table outbox add column tried text not null default '';

-- Whether one of them has taken it, and was to report that it arrived.
alter table outbox add column taken integer not null default 0;

create index outbox_handed_over on outbox (due) where state = 'handed_over';
