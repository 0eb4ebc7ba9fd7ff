-- migrate:up

-- What was accepted: one row an idempotency key, kept for ever. Its commit is the acceptance.
create table submissions (
    agency      text        not null,
    key         text        not null,
    id          uuid        not null unique,
    body_hash   bytea       not null,  -- keyed, so that nobody can try out what a body may have been
    type        text        not null,
    part        text        not null,
    occurred_at timestamptz not null,
    accepted_at timestamptz not null,
    repeats     int         not null,  -- how often the same was sent again; also makes repeats write
    primary key (agency, key)
) with (fillfactor = 90);

-- What the topics say of submissions, in whatever order they say it: every column only ever grows,
-- and the status follows from all of them.
create table outcomes (
    submission uuid  primary key,
    facts      jsonb not null,         -- place in the decision -> the fact
    fact_count int   not null,         -- how many facts the decision made; 0 while unknown
    reasons    jsonb,                  -- why it was refused
    held       bool  not null,
    released   text,                   -- how it went on after it was held
    status     text  not null generated always as (
        case
            when fact_count > 0
                 and jsonb_array_length(jsonb_path_query_array(facts, '$.*')) = fact_count
                then 'recorded'
            when reasons is not null or released = 'DISCARDED' then 'refused'
            when held and released is null then 'held'
            else 'pending'
        end) stored
) with (fillfactor = 80);

-- migrate:down
drop table outcomes, submissions;
