-- migrate:up

-- Every record of every topic of the house, once, as it stood there. Its index is gapless in its
-- lane, which is the partition of its topic, and follows the order in which the lane has heard.
create table entries (
    lane        int         not null,
    index       bigint      not null,
    kind        text        not null,  -- submission, fact, refusal, held, released
    topic       text        not null,
    "offset"    bigint      not null,
    producer    text        not null,  -- the lane that wrote it
    number      bigint      not null,  -- as which of its records for this partition
    key         text        not null,
    case_id     text        not null,  -- the case its part lies in; of a judgment, the judgment
    part        text        not null,
    type        text        not null,
    id          uuid        not null,
    agency      text        not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    accepted_at timestamptz not null,
    causation   uuid        not null,
    correlation uuid        not null,
    sequence    bigint      not null,
    law         text        not null,
    heard       text        not null,
    value       bytea       not null,
    head        bytea       not null,
    primary key (lane, index)
);
alter table entries alter column value set storage external;
alter table entries alter column head set storage external;
create unique index entries_once on entries (topic, lane, producer, number);
create index entries_by_key on entries (key, index);
create index entries_by_case on entries (case_id, index);
create index entries_by_type on entries (type, recorded_at);
create index entries_by_agency on entries (agency, recorded_at);
create index entries_by_correlation on entries (correlation);
create index entries_by_id on entries (id);

-- Who had what replayed, and why. Kept for ever.
create table replays (
    number      bigint generated always as identity primary key,
    who         text        not null check (who <> ''),
    why         text        not null check (why <> ''),
    criteria    jsonb       not null,
    count       bigint      not null,
    first       text,                  -- lane/index of the first entry, and of the last
    last        text,
    written_to  text        not null,
    replayed_at timestamptz not null default clock_timestamp()
);

-- migrate:down
drop table replays, entries;
