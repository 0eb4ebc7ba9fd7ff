-- migrate:up

-- One row a clock, as the facts of its family have it. Of what the platform must still say by
-- itself, `soon_at` and `ends_at` are the moments (services/deadlines/timetable.py).
create table clocks (
    clock_id         text        primary key,
    watched          text        not null,  -- the part
    key              text        not null,
    rule_id          text        not null,
    rule_version     text        not null,
    calendar_version text        not null,
    kind             text        not null,
    verified         bool        not null,
    start            timestamptz not null,
    due              timestamptz,           -- null where the law sets no number
    alarm_at         timestamptz,
    responsible      text,
    addressee        text,
    cause_event_id   uuid        not null,
    started          uuid        not null,  -- the fact
    state            text        not null,
    since            timestamptz not null,  -- when it came to be in that state
    late             bool,                  -- of what stopped it
    soon_at          timestamptz,           -- null once it was said
    ends_at          timestamptz,
    ends_as          text        not null,  -- what is then said: overdue, expired
    sequence         bigint      not null,  -- of the last fact heard
    run              bigint      not null,  -- sequence of the fact that let it run last
    next_at          timestamptz generated always as (
        case when state = 'RUNNING' then least(soon_at, ends_at) end) stored,
    calendar         int         generated always as (  -- its revision
        split_part(calendar_version, '-', 1)::int) stored
) with (fillfactor = 80);
create index clocks_by_next on clocks (next_at, clock_id) where next_at is not null;
create index clocks_by_calendar on clocks (calendar, clock_id) where state = 'RUNNING';
create index clocks_by_key on clocks (key);
create index clocks_by_urgency on clocks (coalesce(due, 'infinity'), clock_id);
create index clocks_by_responsible on clocks (responsible, due);

-- What was submitted in the name of a clock, for the due moment it had since it started last: nothing
-- is lost of what was accepted, so it is never looked at again, whatever became of it.
create table claims (
    clock_id text        not null,
    run      bigint      not null,
    due      timestamptz not null,
    what     text        not null,
    primary key (clock_id, run, due, what)
);

-- migrate:down
drop table claims, clocks;
