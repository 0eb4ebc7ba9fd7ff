-- name: accept(agencies, keys, ids, facts, hashes, types, parts, moments, accepted, again)
-- Take the keys that are new and touch those that are not: either way the answer follows a write.
-- Sorted, so that two gateways never wait for each other.
insert into submissions as known
       (agency, key, id, fact, body_hash, type, part, occurred_at, accepted_at, repeats)
select agency, key, id, fact, body_hash, type, part, occurred_at, accepted_at, again
  from unnest(:agencies::text[], :keys::text[], :ids::uuid[], :facts::uuid[], :hashes::bytea[],
              :types::text[], :parts::text[], :moments::timestamptz[], :accepted::timestamptz[],
              :again::int[])
       as sent(agency, key, id, fact, body_hash, type, part, occurred_at, accepted_at, again)
 order by agency, key
    on conflict (agency, key) do update set repeats = known.repeats + excluded.repeats + 1
returning agency, key, id, body_hash, type, part, occurred_at, accepted_at;

-- name: hear(heard)!
-- Add what was heard; hearing it again changes nothing.
insert into outcomes as known (submission, facts, fact_count, reasons, held, released)
select submission, facts, fact_count, reasons, held, released
  from jsonb_to_recordset(:heard::jsonb)
       as heard(submission uuid, facts jsonb, fact_count int, reasons jsonb, held bool, released text)
 order by submission
    on conflict (submission) do update
   set facts = known.facts || excluded.facts,
       fact_count = greatest(known.fact_count, excluded.fact_count),
       reasons = coalesce(known.reasons, excluded.reasons),
       held = known.held or excluded.held,
       released = coalesce(known.released, excluded.released);

-- name: sent()
-- Up to which number Kafka has what was put into the outbox, target by target.
select topic, partition, sent from targets;

-- name: submission(id, agency)^
-- What became of a submission, for the agency that sent it alone.
select id, type, part, occurred_at, accepted_at,
       facts, fact_count, reasons, held, released
  from submissions left join outcomes on outcomes.submission = submissions.id
 where id = :id and agency = :agency;

-- name: may_undo(fact, agency, type, part)$
-- Whether a fact is, or may yet become, the outcome of what an agency itself submitted, of a type
-- and part. What is not yet known to be recorded or refused counts: its sender may have seen the
-- fact before this table has.
select exists (
       select
         from submissions left join outcomes on outcomes.submission = submissions.id
        where submissions.agency = :agency
          and (submissions.fact = :fact::uuid
               or submissions.fact is null and submissions.part = :part)
          and coalesce(outcomes.status, 'pending') <> 'refused'
          and coalesce((outcomes.facts -> '0' ->> 'id')::uuid, :fact::uuid) = :fact::uuid
          and coalesce(outcomes.facts -> '0' ->> 'type', :type) = :type
          and coalesce(outcomes.facts -> '0' ->> 'part', :part) = :part);

-- name: counts()^
-- accepted = recorded + refused + held + pending, as of one moment.
select count(*) as accepted,
       count(*) filter (where status = 'recorded') as recorded,
       count(*) filter (where status = 'refused') as refused,
       count(*) filter (where status = 'held') as held,
       count(*) filter (where coalesce(status, 'pending') = 'pending') as pending
  from submissions left join outcomes on outcomes.submission = submissions.id;

-- name: undecided(keys, moments)
-- Under which keys something is pending that was accepted before a moment.
select key, moment
  from unnest(:keys::text[], :moments::timestamptz[]) as wanted(key, moment)
 where exists (
       select
         from submissions left join outcomes on outcomes.submission = submissions.id
        where split_part(submissions.part, '.', 1) = wanted.key
          and submissions.accepted_at < wanted.moment
          and coalesce(outcomes.status, 'pending') = 'pending');
