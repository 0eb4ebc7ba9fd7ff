-- migrate:up

-- One row a lane: who may write, how far it has read, whom it has heard how far (B1, B3).
create table lanes (
    partition     int primary key,
    epoch         bigint      not null default 0,
    owner         text,
    lease_until   timestamptz not null default '-infinity',
    position      bigint      not null default 0,   -- how many commits the lane has made: the fence
    state_version int         not null default 0,   -- the newest version of the states it holds
    recorded_at   timestamptz not null default 'epoch',
    positions     jsonb       not null default '{}', -- topic -> next offset
    heard         jsonb       not null default '{}'  -- topic -> lane -> [number, hash]
);

-- Processes that are alive, to reckon fair shares.
create table owners (
    owner       text primary key,
    alive_until timestamptz not null
);

-- The cluster and the topics that positions and numbers belong to.
create table origins (
    topic      text primary key,
    topic_id   text not null,
    cluster_id text not null
);

-- For each partition a lane writes to: the last number given, and the last that Kafka acknowledged.
create table targets (
    lane        int    not null references lanes,
    topic       text   not null,
    partition   int    not null,
    given       bigint not null default 0,
    given_hash  text   not null default '',
    sent        bigint not null default 0,
    sent_offset bigint not null default 0,
    primary key (lane, topic, partition)
);

-- Consecutive records, numbers first to last, as zstd of msgpack; kept a week after they were sent
-- (B4).
create table outbox (
    lane       int         not null,
    topic      text        not null,
    partition  int         not null,
    first      bigint      not null,
    last       bigint      not null,
    last_hash  text        not null,
    records    bytea       not null,
    created_at timestamptz not null default clock_timestamp(),
    primary key (lane, topic, partition, first)
);
alter table outbox alter column records set storage external;

create table states (
    stream        text   primary key,
    version       bigint not null,
    sequence      bigint not null,
    state_version int    not null,
    state         bytea  not null
) with (fillfactor = 70);
alter table states alter column state set storage external;

-- Dead letters and what waits behind them, a line a key (B8). A letter without a key is a record that
-- is not ours: it is kept for people to look at and blocks nobody.
create table letters (
    number    bigint generated always as identity primary key,
    lane      int         not null,
    key       bytea,                 -- as it stood in the topic, whatever it holds
    topic     text        not null,
    partition int         not null,
    "offset"  bigint      not null,
    is_claim  boolean     not null,
    record    bytea       not null,  -- key, value and headers, as msgpack
    type      text        not null,
    agency    text        not null,
    cause     text        not null,
    handler   text        not null,
    attempts  int         not null,
    behind    boolean     not null,
    parked_at timestamptz not null default clock_timestamp(),
    unique (topic, partition, "offset")
);
create index on letters (lane, key, number);

-- What operators ask of a lane's owner, carried out in order inside its transaction (B5).
create table requests (
    number  bigint generated always as identity primary key,
    lane    int         not null,
    what    text        not null check (what in ('release', 'discard')),
    letter  bigint      not null,
    who     text        not null,
    why     text        not null check (why <> ''),
    asked_at timestamptz not null default clock_timestamp(),
    done_at timestamptz,
    result  text
);
create index on requests (lane, number) where done_at is null;

-- B2: the one transaction of a batch in one round trip. Its first statement is the fence.
-- LT001: not the owner any more; LT002: a state is not as it was loaded; LT003: a number is not next.
-- Each is a doubt for the caller, never a dead letter.
create function commit_lane(
    the_lane int, my_epoch bigint, expected bigint, lease interval, my_state_version int,
    at timestamptz, new_positions jsonb, new_heard jsonb,
    fresh_streams text[], fresh_sequences bigint[], fresh_states bytea[],
    old_streams text[], old_versions bigint[], old_sequences bigint[], old_states bytea[],
    out_topics text[], out_partitions int[], out_firsts bigint[], out_lasts bigint[],
    out_hashes text[], out_records bytea[],
    sent_topics text[], sent_partitions int[], sent_numbers bigint[], sent_offsets bigint[]
) returns bigint language plpgsql
-- A plan made while the tables were small would read them whole for ever after.
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
    touched bigint;
begin
    update lanes
       set position = position + 1, lease_until = clock_timestamp() + lease,
           state_version = greatest(state_version, my_state_version),
           recorded_at = greatest(recorded_at, at), positions = new_positions, heard = new_heard
     where partition = the_lane and epoch = my_epoch and position = expected;
    if not found then
        raise exception 'lane %: epoch % at position % is no longer mine', the_lane, my_epoch, expected
            using errcode = 'LT001';
    end if;

    if cardinality(fresh_streams) > 0 then
        insert into states (stream, version, sequence, state_version, state)
        select stream, 1, sequence, my_state_version, state
          from unnest(fresh_streams, fresh_sequences, fresh_states) as fresh(stream, sequence, state)
            on conflict do nothing;
        get diagnostics touched = row_count;
        if touched <> cardinality(fresh_streams) then
            raise exception 'lane %: % of % new streams stand already',
                the_lane, cardinality(fresh_streams) - touched, cardinality(fresh_streams)
                using errcode = 'LT002';
        end if;
    end if;

    if cardinality(old_streams) > 0 then
        update states
           set version = old.version + 1, sequence = old.sequence, state = old.state,
               state_version = my_state_version
          from unnest(old_streams, old_versions, old_sequences, old_states)
               as old(stream, version, sequence, state)
         where states.stream = old.stream and states.version = old.version;
        get diagnostics touched = row_count;
        if touched <> cardinality(old_streams) then
            raise exception 'lane %: % of % streams are not as they were loaded',
                the_lane, cardinality(old_streams) - touched, cardinality(old_streams)
                using errcode = 'LT002';
        end if;
    end if;

    if cardinality(sent_topics) > 0 then
        update targets
           set sent = marks.number, sent_offset = marks.at_offset
          from unnest(sent_topics, sent_partitions, sent_numbers, sent_offsets)
               as marks(topic, partition, number, at_offset)
         where targets.lane = the_lane and targets.topic = marks.topic
           and targets.partition = marks.partition;
    end if;

    perform give_numbers(the_lane, out_topics, out_partitions, out_firsts, out_lasts,
                         out_hashes, out_records);
    return expected + 1;
end $$;

-- Put numbered chunks into the outbox. The numbers must follow the last ones given.
create function give_numbers(
    the_lane int, topics text[], partitions int[], firsts bigint[], lasts bigint[],
    hashes text[], chunks bytea[]
) returns void language plpgsql as $$
declare
    touched bigint;
begin
    if cardinality(topics) = 0 then
        return;
    end if;
    insert into targets (lane, topic, partition)
    select the_lane, topic, partition from unnest(topics, partitions) as t(topic, partition)
        on conflict do nothing;
    update targets
       set given = chunk.last, given_hash = chunk.hash
      from unnest(topics, partitions, firsts, lasts, hashes)
           as chunk(topic, partition, first, last, hash)
     where targets.lane = the_lane and targets.topic = chunk.topic
       and targets.partition = chunk.partition and targets.given = chunk.first - 1;
    get diagnostics touched = row_count;
    if touched <> cardinality(topics) then
        raise exception 'lane %: the numbers of % of % targets do not follow the last ones given',
            the_lane, cardinality(topics) - touched, cardinality(topics) using errcode = 'LT003';
    end if;
    insert into outbox (lane, topic, partition, first, last, last_hash, records)
    select the_lane, topic, partition, first, last, hash, records
      from unnest(topics, partitions, firsts, lasts, hashes, chunks)
           as chunk(topic, partition, first, last, hash, records);
end $$;

-- migrate:down
drop function commit_lane, give_numbers;
drop table requests, letters, states, outbox, targets, origins, owners, lanes;
