-- migrate:up

-- Why nothing, or not all, of a replay was written, where that is known.
alter table replays add column failed text;

-- migrate:down
alter table replays drop column failed;
