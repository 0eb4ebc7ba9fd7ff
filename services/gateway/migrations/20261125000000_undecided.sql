-- migrate:up

-- By key: what precedes the first dot of a part's id.
create index submissions_by_key on submissions (split_part(part, '.', 1), accepted_at);

-- migrate:down
drop index submissions_by_key;
