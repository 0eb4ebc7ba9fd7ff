-- name: begin(heard)!
-- Add the clocks that were heard to start, or to start once more; hearing it again changes nothing.
insert into clocks (clock_id, watched, key, rule_id, rule_version, calendar_version, kind, verified,
                    start, due, alarm_at, responsible, addressee, cause_event_id, started, state,
                    since, soon_at, ends_at, ends_as, sequence, run)
select clock_id, watched, key, rule_id, rule_version, calendar_version, kind, verified,
       start, due, alarm_at, responsible, addressee, cause_event_id, started, state,
       since, soon_at, ends_at, ends_as, sequence, run
  from jsonb_to_recordset(:heard::jsonb)
       as heard(clock_id text, watched text, key text, rule_id text, rule_version text,
                calendar_version text, kind text, verified bool, start timestamptz,
                due timestamptz, alarm_at timestamptz, responsible text, addressee text,
                cause_event_id uuid, started uuid, state text, since timestamptz,
                soon_at timestamptz, ends_at timestamptz, ends_as text, sequence bigint, run bigint)
 order by clock_id
    on conflict (clock_id) do update
   set watched = excluded.watched, rule_version = excluded.rule_version,
       calendar_version = excluded.calendar_version, verified = excluded.verified,
       start = excluded.start, due = excluded.due, alarm_at = excluded.alarm_at,
       responsible = excluded.responsible, addressee = excluded.addressee,
       started = excluded.started, state = excluded.state, since = excluded.since, late = null,
       soon_at = excluded.soon_at, ends_at = excluded.ends_at,
       sequence = excluded.sequence, run = excluded.run
 where clocks.sequence < excluded.sequence;

-- name: change(heard)!
-- Note what happened to clocks, all facts of one clock together; those noted before change nothing.
update clocks
   set state = coalesce(heard.state, clocks.state),
       since = coalesce(heard.since, clocks.since),
       late = case when heard.state is null then clocks.late else heard.late end,
       due = coalesce(heard.due, clocks.due),
       soon_at = case when heard.is_warned or heard.due is not null then heard.soon_at
                      else clocks.soon_at end,
       ends_at = coalesce(heard.ends_at, clocks.ends_at),
       calendar_version = coalesce(heard.calendar_version, clocks.calendar_version),
       run = coalesce(heard.run, clocks.run),
       sequence = heard.sequence
  from jsonb_to_recordset(:heard::jsonb)
       as heard(clock_id text, state text, since timestamptz, late bool, due timestamptz,
                ends_at timestamptz, soon_at timestamptz, is_warned bool, calendar_version text,
                run bigint, sequence bigint)
 where clocks.clock_id = heard.clock_id and clocks.sequence < heard.sequence;

-- name: due(now, after_at, after_id, most)
-- The next clocks, by moment, in whose name something must be said and was not yet submitted.
select clock_id, run, watched, key, rule_id, cause_event_id::text, due, soon_at, ends_at, ends_as,
       next_at
  from clocks
 where next_at <= :now and (next_at, clock_id) > (:after_at::timestamptz, :after_id::text)
   and not exists (
       select from claims
        where claims.clock_id = clocks.clock_id and claims.run = clocks.run
          and claims.due = clocks.due
          and (claims.what <> 'due_soon' or soon_at is not null and :now < ends_at))
 order by next_at, clock_id
 limit :most;

-- name: claimed(clocks, runs, dues, whats)!
-- Note what was submitted.
insert into claims (clock_id, run, due, what)
select clock_id, run, due, what
  from unnest(:clocks::text[], :runs::bigint[], :dues::timestamptz[], :whats::text[])
       as said(clock_id, run, due, what)
 order by clock_id, run, due, what
    on conflict do nothing;

-- name: next_moment(now)$
-- The next moment, beyond now, at which something must be said.
select least(
       (select min(soon_at) from clocks where state = 'RUNNING' and soon_at > :now),
       (select min(ends_at) from clocks where state = 'RUNNING' and ends_at > :now));

-- name: counted_before(revision, most)
-- The next clocks that run and were counted by an older revision of the calendar.
select clock_id, run, key
  from clocks
 where state = 'RUNNING' and calendar < :revision
 order by calendar, clock_id
 limit :most;

-- name: counted(clocks, version)!
-- Note by which calendar clocks were counted.
update clocks set calendar_version = :version
 where clock_id = any(:clocks::text[]) and calendar_version <> :version;

-- name: of_key(key)
-- Every clock that stands under a key.
select clock_id, watched, rule_id, rule_version, kind, verified, start, due, alarm_at, responsible,
       addressee, cause_event_id::text, started::text, state, since, late
  from clocks
 where key = :key
 order by coalesce(due, 'infinity'), clock_id;

-- name: overdue(key, responsible)
-- What is overdue of a key and of some agencies.
select clock_id, watched, rule_id, rule_version, kind, verified, start, due, alarm_at, responsible,
       addressee, cause_event_id::text, started::text, state, since, late
  from clocks
 where key = :key and responsible = any(:responsible::text[]) and state = 'OVERDUE'
 order by coalesce(due, 'infinity'), clock_id;

-- name: urgent(states, own, below, overdue_since, after, most)
-- The next clocks in some states beyond one, what was due first before others: everybody's, or those
-- of some agencies with those that have climbed to them from below.
select clock_id, watched, rule_id, rule_version, kind, verified, start, due, alarm_at, responsible,
       addressee, cause_event_id::text, started::text, state, since, late
  from clocks
 where state = any(:states::text[])
   and (:own::text[] is null or responsible = any(:own::text[])
        or state = 'OVERDUE' and exists (
           select
             from unnest(:below::text[], :overdue_since::timestamptz[]) as under(agency, since)
            where under.agency = responsible and coalesce(alarm_at, due) <= under.since))
   and (:after::text is null
        or (coalesce(due, 'infinity'), clock_id)
         > (select coalesce(due, 'infinity'), clock_id from clocks where clock_id = :after))
 order by coalesce(due, 'infinity'), clock_id
 limit :most;
