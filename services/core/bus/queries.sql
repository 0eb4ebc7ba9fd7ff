-- name: claim^
-- Take a lane that is free, ours, or whose lease has ended; commits alone (B1).
update lanes
   set epoch = epoch + 1, owner = :owner, halted_kind = null, halted_why = null, halted_at = null,
       lease_until = clock_timestamp() + make_interval(secs => :lease_seconds)
 where partition = :lane and state_version <= :state_version
   and (owner is null or owner = :owner or lease_until < clock_timestamp())
returning epoch;

-- name: lane^
select partition, epoch, owner, position, state_version, recorded_at, positions, heard
  from lanes where partition = :lane;

-- name: note_halt!
-- Why a lane stands still, for who looks from outside; the lane's next claim takes it away.
update lanes set halted_kind = :kind, halted_why = :why, halted_at = clock_timestamp()
 where partition = :lane and (owner is null or owner = :owner or lease_until < clock_timestamp());

-- name: hand_over!
update lanes set owner = null, lease_until = '-infinity'
 where partition = :lane and epoch = :epoch;

-- name: targets
select topic, partition, given, given_hash, sent, sent_offset
  from targets where lane = :lane order by topic, partition;

-- name: set_mark!
-- Kafka holds less than it had acknowledged, so the rest is sent again; or more than was noted (B4).
update targets set sent = :sent, sent_offset = :sent_offset
 where lane = :lane and topic = :topic and partition = :partition
   and exists (select from lanes where partition = :lane and epoch = :epoch);

-- name: unsent
select first, last, last_hash, records from outbox
 where lane = :lane and topic = :topic and partition = :partition and last > :after
 order by first limit :most;

-- name: renew
-- Renew the leases of lanes that are as their owner knows them; return those that were renewed. A lane
-- whose row another transaction holds is passed over: a commit renews its lease itself.
update lanes set lease_until = clock_timestamp() + make_interval(secs => :lease_seconds)
 where partition in (
       select lanes.partition from lanes
         join unnest(:lanes::int[], :epochs::bigint[], :positions::bigint[])
              as owned(lane, epoch, position)
           on lanes.partition = owned.lane and lanes.epoch = owned.epoch
          and lanes.position = owned.position
        order by lanes.partition for update of lanes skip locked)
returning partition;

-- name: asked
-- Lanes of some before which something was put that their owner has not seen to: a request, or what is
-- to be sent (B5).
select distinct lane from requests where done_at is null and lane = any(:lanes)
union
select lane from targets where :is_door and given > sent and lane = any(:lanes);

-- name: prune_outbox!
delete from outbox using targets
 where outbox.lane = any(:lanes) and targets.lane = outbox.lane and targets.topic = outbox.topic
   and targets.partition = outbox.partition and outbox.last <= targets.sent
   and outbox.created_at < clock_timestamp() - interval '7 days';

-- name: states
select stream, version, sequence, state_version, state from states where stream = any(:streams);

-- name: as_it_stands^
-- A lane, one of its streams, and whether the stream's key has a line, all as of one moment.
select lanes.recorded_at, lanes.state_version,
       exists (select from letters where lane = lanes.partition and key = :key) as waits,
       states.version, states.sequence, states.state
  from lanes left join states on states.stream = :stream
 where lanes.partition = :lane;

-- name: commit$
select commit_lane(
    :lane, :epoch, :position, make_interval(secs => :lease_seconds), :state_version,
    :recorded_at, :positions::jsonb, :heard::jsonb,
    :fresh_streams, :fresh_sequences, :fresh_states,
    :old_streams, :old_versions, :old_sequences, :old_states,
    :out_topics, :out_partitions, :out_firsts, :out_lasts, :out_hashes, :out_records,
    :sent_topics, :sent_partitions, :sent_numbers, :sent_offsets);

-- name: open_lanes!
insert into lanes (partition) select generate_series(0, :partitions - 1) on conflict do nothing;

-- name: beat!
insert into owners (owner, alive_until)
values (:owner, clock_timestamp() + make_interval(secs => :lease_seconds))
    on conflict (owner) do update set alive_until = excluded.alive_until;

-- name: leave!
delete from owners where owner = :owner or alive_until < clock_timestamp() - interval '1 hour';

-- name: share^
-- How many lanes are a fair share, and which may be claimed now.
select ceil((select count(*) from lanes)::numeric
            / greatest(1, (select count(*) from owners where alive_until > clock_timestamp()))
       )::int as share,
       array(select partition from lanes
              where owner is null or lease_until < clock_timestamp() order by partition) as free;

-- name: origins
select topic, topic_id, cluster_id from origins;

-- name: note_origin!
insert into origins (topic, topic_id, cluster_id) values (:topic, :topic_id, :cluster_id)
    on conflict do nothing;

-- name: park!
insert into letters (lane, key, topic, partition, "offset", is_claim, record, type, agency,
                     cause, handler, attempts, behind)
values (:lane, :key, :topic, :partition, :offset, :is_claim, :record, :type, :agency,
        :cause, :handler, :attempts, :behind)
    on conflict (topic, partition, "offset") do nothing;

-- name: note_block!
insert into key_blocks (lane, topic, block, keys, tails)
values (:lane, :topic, :block, :keys, :tails::jsonb)
    on conflict do nothing;

-- name: forget_blocks!
-- Where Kafka has lost what was read or sent, other records stand at the same offsets.
delete from key_blocks where lane = :lane and topic = any(:topics);

-- name: blocks
-- Every block of some topics, and whether a record under one of some keys may stand there.
select topic, block, keys && :hashes::int[] as holds, tails from key_blocks
 where lane = :lane and topic = any(:topics);

-- name: parked_keys
select distinct key from letters where lane = :lane and key is not null;

-- name: line
select number, key, topic, partition, "offset", is_claim, record, attempts, behind, replaced_by
  from letters where lane = :lane and key = :key order by number;

-- name: letter^
select number, lane, key, topic, partition, "offset", is_claim, record, attempts, behind,
       replaced_by
  from letters where number = :number;

-- name: unpark!
delete from letters where number = any(:numbers);

-- name: keep_stuck!
update letters set cause = :cause, handler = :handler, attempts = :attempts, behind = false
 where number = :number;

-- name: replace_letter!
-- The replacement takes the letter's place in its line.
update letters set record = :record, replaced_by = :who where number = :number;

-- name: open_requests
select number, what, letter, who, why, value from requests
 where lane = :lane and done_at is null order by number;

-- name: close_request!
update requests set done_at = clock_timestamp(), result = :result where number = :number;

-- name: ask$
-- Put a request before the lane's owner; null where there is no such letter.
insert into requests (lane, what, letter, who, why, value)
select lane, :what, number, :who, :why, :value from letters where number = :letter
returning number;

-- name: request^
select number, what, letter, who, why, done_at, result from requests where number = :number;

-- name: letters
select number, lane, key, topic, partition, "offset", type, agency, cause, handler, attempts,
       behind, parked_at from letters order by key, number;

-- name: waiting^
-- What waits before some lanes: records for Kafka, letters for a person.
select (select coalesce(sum(given - sent), 0) from targets where lane = any(:lanes))::bigint as unsent,
       (select count(*) from letters where lane = any(:lanes)) as letters;

-- name: overview
-- Every lane with its owner, its lease, and how much of its outbox waits.
select lanes.partition, owner,
       case when owner is not null and lease_until > clock_timestamp()
            then extract(epoch from lease_until - clock_timestamp())::float8 end as lease_seconds,
       positions,
       coalesce((select sum(given - sent) from targets where lane = lanes.partition), 0)::bigint
           as unsent,
       (select count(*) from letters where lane = lanes.partition) as letters,
       halted_kind, halted_why, halted_at
  from lanes order by partition;

-- name: open_target!
insert into targets (lane, topic, partition) values (:lane, :topic, :partition)
    on conflict do nothing;

-- name: lock_targets
-- The rows under which several processes may put records into one lane's outbox (B5); sorted, so that
-- two of them never wait for each other.
select targets.topic, targets.partition, given, given_hash
  from targets
  join unnest(:topics::text[], :partitions::int[]) as wanted(topic, partition)
    on targets.topic = wanted.topic and targets.partition = wanted.partition
   and targets.lane = wanted.partition
 order by targets.lane, targets.topic, targets.partition
   for update of targets;

-- name: give$
select give_numbers(:lane, :topics, :partitions, :firsts, :lasts, :hashes, :chunks),
       pg_notify('lanes', :service || ' ' || :lane::text || ' ' || :who);

-- name: outbox_depth$
select coalesce(sum(given - sent), 0)::bigint from targets;

-- name: all_heard
select partition, heard from lanes order by partition;

-- name: all_given
select lane, topic, partition, given from targets;

-- name: all_parked
select topic, partition, record from letters;

-- name: all_states
select stream, sequence, state from states order by stream;
