-- migrate:up

-- Every fact and refusal, with who may read it (services/core/access/readers.py).
create table facts (
    id          uuid        primary key,
    heard       bigint      generated always as identity,
    key         text        not null,
    part        text        not null,
    recorded_at timestamptz not null,
    scopes      text[]      not null,
    relations   text[]      not null,
    agencies    text[]      not null,
    same_as     uuid,                 -- the fact whose readers may read this one too
    event       bytea       not null, -- as CloudEvents in JSON
    partition   int         not null,
    after       jsonb       not null, -- topic -> next offset: how far who decided it had heard of seats
    waits       bool        not null default true -- until this lane has heard as far
);
alter table facts alter column event set storage external;
create index on facts (key);
create index on facts (partition) where waits;

-- What agencies are, of a judgment, a case or something inside it, and since which fact.
create table relations (
    fact     uuid        not null,
    key      text        not null,
    scope    text        not null,
    depth    int         not null,    -- of the scope: a judgment's is 0
    relation text        not null,
    is_seat  bool        not null,    -- whether it passes from one holder to the next
    agency   text        not null,
    since    timestamptz not null,
    sequence bigint      not null,
    primary key (fact, scope, relation, agency)
);
create index on relations (key);

-- One row an agency: the last number given, the last it has confirmed, the last whose receipt is
-- recorded.
create table feeds (
    agency    text   primary key,
    last      bigint not null default 0,
    confirmed bigint not null default 0,
    receipted bigint not null default 0
);

create table feed (
    agency text   not null,
    number bigint not null,
    fact   uuid   not null references facts,
    primary key (agency, number),
    unique (agency, fact)
);

-- Who may read which fact of some keys; `readers.visible_to` says the same of one agency.
create function visible(of_keys text[]) returns table (fact uuid, agency text)
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

-- Put what became visible in a partition into the feeds.
--
-- A fact waits until the lane has heard of seats as far as whoever decided it: topics keep no order
-- between them, and else a former handler would be given what his successor did, because the fact
-- was read before the one that took the case from him.
--
-- One call at a time for each partition, for its lane and whoever looks for what still waits may
-- call at once. Feeds are locked in one order, so lanes that deliver to
-- the same agencies never wait for each other in a circle; each stays locked until its numbers are
-- committed, so numbers are seen in order and without a gap.
create function deliver(of_keys text[], of_partition int) returns void language plpgsql as $$
declare
    reached jsonb;
    ready   text[];
    readers text[];
    read    uuid[];
begin
    perform pg_advisory_xact_lock('feed'::regclass::oid::int, of_partition);
    select positions into reached from lanes where lanes.partition = of_partition;
    with heard as (
        update facts set waits = false
         where facts.partition = of_partition and facts.waits
           and not exists (select from jsonb_each_text(facts.after) as needed(topic, position)
                            where needed.position::bigint
                                > coalesce((reached->>needed.topic)::bigint, 0))
        returning facts.key
    )
    select coalesce(array_agg(distinct heard.key), '{}') || of_keys into ready from heard;

    select array_agg(visible.agency), array_agg(visible.fact) into readers, read
      from visible(ready)
     where not exists (select from feed
                        where feed.agency = visible.agency and feed.fact = visible.fact);
    if readers is null then
        return;
    end if;

    insert into feeds (agency)
    select distinct agency from unnest(readers) as given(agency) order by agency
        on conflict do nothing;
    perform from feeds where agency = any(readers) order by agency for update;

    insert into feed (agency, number, fact)
    select given.agency,
           feeds.last + row_number() over (partition by given.agency
                                           order by facts.recorded_at, facts.heard),
           given.fact
      from unnest(readers, read) as given(agency, fact)
      join feeds on feeds.agency = given.agency
      join facts on facts.id = given.fact;
    update feeds
       set last = feeds.last + counted.many
      from (select agency, count(*) as many
              from unnest(readers) as given(agency) group by agency) as counted
     where feeds.agency = counted.agency;
end $$;

-- migrate:down
drop function deliver, visible;
drop table feed, feeds, relations, facts;
