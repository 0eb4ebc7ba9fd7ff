-- name: hear(heard)!
-- Keep the facts that were heard; hearing them again changes nothing.
insert into facts (id, key, part, recorded_at, sequence, scopes, relations, agencies, same_as,
                   undoes, event, tells_of, withheld, partition, after)
select id, key, part, recorded_at, sequence,
       array(select jsonb_array_elements_text(scopes)),
       array(select jsonb_array_elements_text(relations)),
       array(select jsonb_array_elements_text(agencies)),
       same_as, undoes, convert_to(event, 'UTF8'),
       array(select jsonb_array_elements_text(tells_of)::uuid), convert_to(withheld, 'UTF8'),
       partition, after
  from jsonb_to_recordset(:heard::jsonb)
       as heard(id uuid, key text, part text, recorded_at timestamptz, sequence bigint,
                scopes jsonb, relations jsonb, agencies jsonb, same_as uuid, undoes uuid, event text,
                tells_of jsonb, withheld text, partition int, after jsonb)
    on conflict (id) do nothing;

-- name: relate(heard)!
-- Keep what the facts made of agencies; a correction in its turn takes the place of what it corrects.
with recursive
heard as (
    select *
      from jsonb_to_recordset(:heard::jsonb)
           as heard(fact uuid, corrects uuid, key text, scope text, depth int, relation text,
                    is_seat bool, agency text, since timestamptz, sequence bigint)
),
mended as (
    select heard.fact, heard.corrects as place from heard where heard.corrects is not null
    union
    select mended.fact, facts.undoes
      from mended join facts on facts.id = mended.place
     where facts.undoes is not null
),
first as (
    select mended.fact, facts.recorded_at, facts.sequence
      from mended join facts on facts.id = mended.place
     where facts.undoes is null
)
insert into relations (fact, key, scope, depth, relation, is_seat, agency, since, sequence)
select heard.fact, heard.key, heard.scope, heard.depth, heard.relation, heard.is_seat, heard.agency,
       coalesce(first.recorded_at, heard.since), coalesce(first.sequence, heard.sequence)
  from heard left join first on first.fact = heard.fact
    on conflict do nothing;

-- name: inherit(ended, heirs, keys)!
-- Give what agencies are that have ended to who has their rights, under some keys.
insert into relations (fact, key, scope, depth, relation, is_seat, agency, since, sequence)
select relations.fact, relations.key, relations.scope, relations.depth, relations.relation,
       relations.is_seat, passed.heir, relations.since, relations.sequence
  from relations join unnest(:ended::text[], :heirs::text[]) as passed(agency, heir)
    on passed.agency = relations.agency
 where relations.key = any(:keys::text[])
 order by relations.fact, relations.scope, relations.relation, passed.heir
    on conflict do nothing;

-- name: deliver(keys, partition)
-- Give what became visible in a partition, and by new relations under some keys, to who may see it.
select deliver(:keys::text[], :partition::int), pg_notify('feeds', '');

-- name: release()
-- Look again in every partition where something waits: what it waited for may have been a repeat,
-- of which no view is told.
select deliver('{}', waiting.partition), pg_notify('feeds', '')
  from (select distinct partition from facts where waits order by partition) as waiting;

-- name: strangers(agencies)
-- Which of some agencies were not admitted yet.
select agency
  from unnest(:agencies::text[]) as known(agency)
 where not exists (select from admitted where admitted.agency = known.agency)
 order by agency;

-- name: admit(agency)
-- Give an agency that is new here what everybody may read.
select admit(:agency::text);

-- name: feeds_id()$
-- Which feeds these are.
select id::text from feeds_id;

-- name: standing(agency)^
-- The last number given to an agency, and the last it has confirmed.
select last, confirmed from feeds where agency = :agency;

-- name: read(agency, after, most, bytes)
-- What stands in the feed of an agency beyond a number, as it was given to the agency: not more than
-- so many events and bytes, but one event at least.
select number, event
  from (select number, event, sum(octet_length(event)) over (order by number) as size
          from (select feed.number,
                       case when feed.is_whole then facts.event else facts.withheld end as event
                  from feed join facts on facts.id = feed.fact
                 where feed.agency = :agency and feed.number > :after
                 order by feed.number
                 limit :most) as next) as sized
 where size <= :bytes or size = octet_length(event)
 order by number;

-- name: lapse(milliseconds)!
-- End this session, and its turns with it, once it has asked nothing for so long.
select set_config('idle_session_timeout', :milliseconds::text, false);

-- name: take_turn(agency)$
-- Take the turn to write the topic of an agency, for as long as this session lasts.
select pg_try_advisory_lock(hashtextextended('topic of ' || :agency, 0));

-- name: leave_turn(agency)$
-- Let somebody else write the topic of an agency.
select pg_advisory_unlock(hashtextextended('topic of ' || :agency, 0));

-- name: halt(agency, why)!
-- Note that the topic of an agency stands still.
insert into halts (agency, why) values (:agency, :why)
    on conflict (agency) do update set why = excluded.why;

-- name: resume(agency)!
-- Note that the topic of an agency stands still no more.
delete from halts where agency = :agency;

-- name: halts()
select agency, why, since from halts order by agency;

-- name: lasts(agencies)
-- The last numbers given to some agencies.
select agency, last from feeds where agency = any(:agencies::text[]);

-- name: confirm(agency, number)!
-- Note that an agency has everything up to a number.
update feeds set confirmed = greatest(confirmed, :number)
 where agency = :agency and confirmed < :number and last >= :number;

-- name: fact(agency, id)^
-- A fact in the feed of an agency.
select facts.part, feed.number
  from feed join facts on facts.id = feed.fact
 where feed.agency = :agency and feed.fact = :id;

-- name: given_of(agency, key)$
-- Whether an agency was given anything of a key.
select exists (select from keys_given where agency = :agency and key = :key);

-- name: seen(agency, facts)
-- Which of some facts stand in the feed of an agency.
select fact::text
  from feed
 where agency = :agency and fact = any(:facts::uuid[]);

-- name: unreceipted(most)
-- What was confirmed, and whose receipt is not known to be recorded.
select feed.agency, feed.number, feed.fact::text, facts.part
  from feeds join feed on feed.agency = feeds.agency
       and feed.number > feeds.receipted and feed.number <= feeds.confirmed
       join facts on facts.id = feed.fact
 order by feed.agency, feed.number
 limit :most;

-- name: receipted(agency, number)!
-- Note that the receipts of an agency are recorded up to a number.
update feeds set receipted = greatest(receipted, :number) where agency = :agency;
