-- migrate:up

-- What is overdue of a key below an agency, found without the other clocks of the key.
create index clocks_overdue on clocks (key, responsible) where state = 'OVERDUE';

-- migrate:down
drop index clocks_overdue;
