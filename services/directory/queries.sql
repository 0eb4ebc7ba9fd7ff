-- name: hear(heard)!
-- Add the uses that were heard; hearing them again changes nothing.
insert into uses (fact, type, part, office, year, number, canonical, plain, decided_on,
                  recorded_at)
select fact, type, part, office, year, number, canonical, plain, decided_on, recorded_at
  from jsonb_to_recordset(:heard::jsonb)
       as heard(fact uuid, type text, part text, office text, year int, number text,
                canonical text, plain text, decided_on date, recorded_at timestamptz)
 order by fact
    on conflict (fact) do nothing;

-- name: undo(facts)!
-- What was corrected or withdrawn uses no number any more.
update uses set undone = true where fact = any(:facts::uuid[]) and not undone;

-- name: give_up(facts)!
delete from holders where fact = any(:facts::uuid[]);

-- name: hold(facts)!
-- Give each number of some facts to its first use that stands. Sorted, so that two lanes never wait
-- for each other.
insert into holders (canonical, office, year, fact, part)
select canonical, office, year, fact, part
  from uses
 where (canonical, office, year) in (select canonical, office, year from uses
                                      where fact = any(:facts::uuid[]))
   and not undone
 order by canonical, office, year, recorded_at, fact
    on conflict (canonical, office, year) do nothing;

-- name: alarm(facts)
-- Note the uses of the same numbers that are another part's. A statement of its own: it sees what
-- the lanes committed that `hold` has waited for.
insert into alarms (kind, fact, other)
select 'NUMBER_TWICE', uses.fact, holders.fact
  from uses join holders using (canonical, office, year)
 where (canonical, office, year) in (select canonical, office, year from uses
                                      where fact = any(:facts::uuid[]))
   and uses.part <> holders.part and not uses.undone
 order by uses.fact
    on conflict (kind, fact) do update set other = excluded.other
         where alarms.other <> excluded.other
returning kind, fact::text, other::text,
          (select number from uses where uses.fact = alarms.fact) as number,
          (select office from uses where uses.fact = alarms.fact) as office;

-- name: find(plain)
-- Every use of a number, whichever office's and however its marks are spelled.
select fact::text, type, part, office, year, number, decided_on
  from uses
 where plain = :plain
 order by decided_on, recorded_at, fact;

-- name: alarms()
-- Every alarm of two uses that both stand, in the order of the later one's day.
select alarms.kind,
       later.fact::text, later.type, later.part, later.office, later.year, later.number,
       later.decided_on,
       prior.fact::text, prior.type, prior.part, prior.office, prior.year, prior.number,
       prior.decided_on
  from alarms
  join uses as later on later.fact = alarms.fact
  join uses as prior on prior.fact = alarms.other
 where not later.undone and not prior.undone
 order by later.decided_on, later.recorded_at, later.fact;
