-- name: archive(lane, kinds, topics, offsets, producers, numbers, keys, cases, parts, types, ids, agencies, occurred, recorded, accepted, causations, correlations, sequences, laws, heards, contents, heads)!
-- Add the records that were heard, in their order; those that stand here already change nothing.
-- The lane is alone in its transaction, so its last index is known.
with heard as (
    select *
      from unnest(:kinds::text[], :topics::text[], :offsets::bigint[], :producers::text[],
                  :numbers::bigint[], :keys::text[], :cases::text[], :parts::text[],
                  :types::text[], :ids::uuid[], :agencies::text[], :occurred::timestamptz[],
                  :recorded::timestamptz[], :accepted::timestamptz[], :causations::uuid[],
                  :correlations::uuid[], :sequences::bigint[], :laws::text[], :heards::text[],
                  :contents::bytea[], :heads::bytea[]) with ordinality
           as heard(kind, topic, "offset", producer, number, key, case_id, part, type, id, agency,
                    occurred_at, recorded_at, accepted_at, causation, correlation, sequence, law,
                    heard, value, head, place)
), fresh as (
    select *
      from heard
     where not exists (
           select from entries
            where entries.topic = heard.topic and entries.lane = :lane::int
              and entries.producer = heard.producer and entries.number = heard.number)
)
insert into entries (lane, index, kind, topic, "offset", producer, number, key, case_id, part, type,
                     id, agency, occurred_at, recorded_at, accepted_at, causation, correlation,
                     sequence, law, heard, value, head)
select :lane::int,
       (select coalesce(max(index), 0) from entries where lane = :lane::int)
           + row_number() over (order by place),
       kind, topic, "offset", producer, number, key, case_id, part, type, id, agency, occurred_at,
       recorded_at, accepted_at, causation, correlation, sequence, law, heard, value, head
  from fresh;

-- name: of_key(key)
-- Everything that stands under a key.
select lane, index, kind, topic, "offset", key, value, head
  from entries
 where key = :key
 order by index;

-- name: of_case(cases)
-- What concerns some streams of one key.
select lane, index, kind, topic, "offset", key, value, head
  from entries
 where case_id = any(:cases::text[])
 order by index;

-- name: of_id(id)
select lane, index, kind, topic, "offset", key, value, head
  from entries
 where id = :id::uuid;

-- name: of_correlation(correlation)
-- All that followed from one submission of an agency, under whatever key.
select lane, index, kind, topic, "offset", key, value, head
  from entries
 where correlation = :correlation::uuid
 order by lane, index;

-- name: find(lane, index, case_id, key, type, agency, since, until, most, bytes)
-- The next entries of a selection beyond a place: not more than so many, nor than so many bytes, but
-- one at least.
select lane, index, kind, topic, "offset", key, value, head
  from (select *, sum(octet_length(value)) over (order by lane, index) as size
          from (select lane, index, kind, topic, "offset", key, value, head
                  from entries
                 where (lane, index) > (:lane::int, :index::bigint)
                   and (:case_id::text is null or case_id = :case_id)
                   and (:key::text is null or key = :key)
                   and (:type::text is null or type = :type)
                   and (:agency::text is null or agency = :agency)
                   and (:since::timestamptz is null or recorded_at >= :since)
                   and (:until::timestamptz is null or recorded_at < :until)
                 order by lane, index
                 limit :most) as next) as sized
 where size <= :bytes or size = octet_length(value)
 order by lane, index;

-- name: span(case_id, key, type, agency, since, until)^
-- How much a selection holds, and from when to when it was recorded.
select count(*) as count, min(recorded_at) as first, max(recorded_at) as last,
       coalesce(sum(length(value)), 0)::bigint as bytes
  from entries
 where (:case_id::text is null or case_id = :case_id)
   and (:key::text is null or key = :key)
   and (:type::text is null or type = :type)
   and (:agency::text is null or agency = :agency)
   and (:since::timestamptz is null or recorded_at >= :since)
   and (:until::timestamptz is null or recorded_at < :until);

-- name: by_key(topics, key, index, most, bytes)
-- The next entries of some topics beyond a place, key by key: not more than so many, nor than so many
-- bytes, but one at least.
select lane, index, kind, topic, "offset", key, value, head
  from (select *, sum(octet_length(value)) over (order by key, index) as size
          from (select lane, index, kind, topic, "offset", key, value, head
                  from entries
                 where (key, index) > (:key, :index) and topic = any(:topics::text[])
                 order by key, index
                 limit :most) as next) as sized
 where size <= :bytes or size = octet_length(value)
 order by key, index;

-- name: record_replay(who, why, criteria, count, first, last, written_to)$
insert into replays (who, why, criteria, count, first, last, written_to)
values (:who, :why, :criteria::jsonb, :count, :first, :last, :written_to)
returning number;

-- name: note_failed_replay(number, failed)!
update replays set failed = :failed where number = :number;

-- name: replays()
select number, who, why, criteria::text, count, first, last, written_to, failed, replayed_at
  from replays
 order by number;
