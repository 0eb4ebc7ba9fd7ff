-- migrate:up

-- Whether the fact was corrected or withdrawn since: then it holds no number and alarms nobody.
alter table uses add column undone bool not null default false;

-- migrate:down
alter table uses drop column undone;
