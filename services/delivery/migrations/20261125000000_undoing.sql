-- migrate:up

-- The fact that a fact corrects or withdraws.
alter table facts add column undoes uuid;
create index on facts (undoes) where undoes is not null;

-- Who may read which fact of some keys; `readers.visible_to` says the same of one agency.
-- What a fact made of agencies ends where it is corrected or withdrawn.
create or replace function visible(of_keys text[]) returns table (fact uuid, agency text)
language sql stable
begin atomic
    with recursive
    held as (  -- of every fact, what each agency is there, by its last turn in the seat
        select distinct on (facts.id, relations.relation, relations.agency)
               facts.id, facts.recorded_at, facts.scopes,
               relations.relation, relations.agency, relations.is_seat,
               relations.depth, relations.since, relations.sequence
          from facts join relations
            on relations.key = facts.key and relations.scope = any(facts.scopes)
           and relations.relation = any(facts.relations)
           and not exists (select from facts as undoing
                            where undoing.undoes = relations.fact
                              and undoing.recorded_at <= facts.recorded_at)
         where facts.key = any(of_keys) and not facts.waits
         order by facts.id, relations.relation, relations.agency,
                  relations.depth desc, relations.since desc, relations.sequence desc
    ),
    own as (
        select held.id, held.agency
          from held left join lateral (
              select next.since
                from relations as next
               where held.is_seat and next.relation = held.relation
                 and next.key = any(of_keys) and next.scope = any(held.scopes)
                 and (next.depth, next.since, next.sequence)
                   > (held.depth, held.since, held.sequence)
                 and not exists (select from facts as undoing where undoing.undoes = next.fact)
               order by next.depth, next.since, next.sequence
               limit 1
          ) as successor on true
         where successor.since is null or held.recorded_at <= successor.since
        union
        select facts.id, unnest(facts.agencies)
          from facts
         where facts.key = any(of_keys) and not facts.waits
    ),
    seen as (
        select own.id, own.agency from own
        union
        select facts.id, seen.agency
          from facts join seen on facts.same_as = seen.id
         where facts.key = any(of_keys) and not facts.waits
    )
    select seen.id, seen.agency from seen;
end;

-- migrate:down
-- Who may read which fact of some keys; `readers.visible_to` says the same of one agency.
create or replace function visible(of_keys text[]) returns table (fact uuid, agency text)
language sql stable
begin atomic
    with recursive
    held as (  -- of every fact, what each agency is there, by its last turn in the seat
        select distinct on (facts.id, relations.relation, relations.agency)
               facts.id, facts.recorded_at, facts.scopes,
               relations.relation, relations.agency, relations.is_seat,
               relations.depth, relations.since, relations.sequence
          from facts join relations
            on relations.key = facts.key and relations.scope = any(facts.scopes)
           and relations.relation = any(facts.relations)
         where facts.key = any(of_keys) and not facts.waits
         order by facts.id, relations.relation, relations.agency,
                  relations.depth desc, relations.since desc, relations.sequence desc
    ),
    own as (
        select held.id, held.agency
          from held left join lateral (
              select next.since
                from relations as next
               where held.is_seat and next.relation = held.relation
                 and next.key = any(of_keys) and next.scope = any(held.scopes)
                 and (next.depth, next.since, next.sequence)
                   > (held.depth, held.since, held.sequence)
               order by next.depth, next.since, next.sequence
               limit 1
          ) as successor on true
         where successor.since is null or held.recorded_at <= successor.since
        union
        select facts.id, unnest(facts.agencies)
          from facts
         where facts.key = any(of_keys) and not facts.waits
    ),
    seen as (
        select own.id, own.agency from own
        union
        select facts.id, seen.agency
          from facts join seen on facts.same_as = seen.id
         where facts.key = any(of_keys) and not facts.waits
    )
    select seen.id, seen.agency from seen;
end;

alter table facts drop column undoes;
