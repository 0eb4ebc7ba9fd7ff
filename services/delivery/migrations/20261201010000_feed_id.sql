-- migrate:up

-- Which feeds these are: numbers of others, made anew with their database, mean other facts.
create table feeds_id (
    id   uuid primary key default gen_random_uuid(),
    is_sole bool not null unique default true check (is_sole)  -- so there is one row
);
insert into feeds_id default values;

-- migrate:down
drop table feeds_id;
