-- migrate:up

-- Every fact and refusal, with who may read it (services/core/access/readers.py).
create table facts (
    id          uuid        primary key,
    heard       bigint      generated always as identity,
    key         text        not null,
    part        text        not null,
    recorded_at timestamptz not null,
    sequence    bigint      not null,
    scopes      text[]      not null,
    relations   text[]      not null,
    agencies    text[]      not null, -- `*` for everybody
    same_as     uuid,                 -- the fact whose readers may read this one too
    undoes      uuid,                 -- the fact that this one corrects or withdraws
    event       bytea       not null, -- as CloudEvents in JSON
    partition   int         not null,
    after       jsonb       not null, -- topic -> next offset: how far who decided it had heard of seats
    waits       bool        not null default true -- until this lane has heard as far
);
alter table facts alter column event set storage external;
create index on facts using gin (scopes);
create index on facts (partition) where waits;
create index on facts (same_as) where same_as is not null;
create index on facts (undoes) where undoes is not null;
create index on facts (id) where '*' = any(agencies);

-- What agencies are, of a judgment, a case or something inside it, and since which fact.
create table relations (
    fact     uuid        not null,
    key      text        not null,
    scope    text        not null,
    depth    int         not null,    -- of the scope: a judgment's is 0
    relation text        not null,
    is_seat  bool        not null,    -- whether it passes from one holder to the next
    agency   text        not null,
    since    timestamptz not null,    -- of a correction, when the fact was said that it corrects
    sequence bigint      not null,
    is_new   bool        not null default true, -- until it was asked what it lets read
    primary key (fact, scope, relation, agency)
);
create index on relations (key, scope);
create index on relations (key) where is_new;

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

-- The agencies to which is given what everybody may read.
create table admitted (
    agency text primary key
);

-- The agencies whose own topics stand still until a person acts, and why.
create table halts (
    agency text        primary key,
    why    text        not null,
    since  timestamptz not null default now()
);

-- Who may read some facts and what is read for their sake; `*` is everybody. `readers.visible_to`
-- says the same of one agency and all facts of a key. What a fact made of agencies ends where it is
-- corrected or withdrawn.
--
-- Step by step, each beginning with an array whose length the planner knows: one recursion upon
-- another it takes for more rows than there are atoms.
create function visible(of_facts uuid[]) returns table (fact uuid, agency text)
language plpgsql stable as $$
declare
    looked_at uuid[];
begin
    with recursive
    asked as (
        select unnest(of_facts) as id
        union
        select facts.id from facts join asked on facts.same_as = asked.id
    )
    select array_agg(asked.id) into looked_at from asked;
    with recursive
    sources as (  -- and what they are read for the sake of
        select unnest(looked_at) as id
        union
        select facts.same_as from facts join sources on facts.id = sources.id
         where facts.same_as is not null
    )
    select array_agg(sources.id) into looked_at from sources;

    return query
    with recursive
    told as (
        select facts.id, facts.key, facts.recorded_at, facts.scopes, facts.relations,
               facts.agencies, facts.same_as
          from facts
         where facts.id = any(looked_at) and not facts.waits
    ),
    held as (  -- of every fact, what each agency is there, by its last turn in the seat
        select distinct on (told.id, relations.relation, relations.agency)
               told.id, told.key, told.recorded_at, told.scopes,
               relations.relation, relations.agency, relations.is_seat,
               relations.depth, relations.since, relations.sequence
          from told join relations
            on relations.key = told.key and relations.scope = any(told.scopes)
           and relations.relation = any(told.relations)
           and not exists (select from facts as undoing
                            where undoing.undoes = relations.fact
                              and undoing.recorded_at <= told.recorded_at)
         order by told.id, relations.relation, relations.agency,
                  relations.depth desc, relations.since desc, relations.sequence desc
    ),
    own as (
        select held.id, held.agency
          from held left join lateral (
              select next.since
                from relations as next
               where held.is_seat and next.relation = held.relation
                 and next.key = held.key and next.scope = any(held.scopes)
                 and (next.depth, next.since, next.sequence)
                   > (held.depth, held.since, held.sequence)
                 and not exists (select from facts as undoing where undoing.undoes = next.fact)
               order by next.depth, next.since, next.sequence
               limit 1
          ) as successor on true
         where successor.since is null or held.recorded_at <= successor.since
        union
        select told.id, unnest(told.agencies)
          from told
    ),
    seen as (
        select own.id, own.agency from own
        union
        select told.id, seen.agency
          from told join seen on told.same_as = seen.id
    )
    select seen.id, seen.agency from seen;
end $$;

-- Put what became visible in a partition into the feeds: the facts that are new, and those to which
-- a new relation under some keys gives readers, or the end of one: whoever held a seat before a
-- mistake holds it again. What else was looked at before is not looked at again.
--
-- A fact waits until the lane has heard of seats as far as whoever decided it: topics keep no order
-- between them, and else a former handler would be given what his successor did, because the fact
-- was read before the one that took the case from him.
--
-- One call at a time for each partition, for its lane and whoever looks for what still waits may
-- call at once, and none while an agency is admitted. Feeds are locked in one order, so lanes that
-- deliver to the same agencies never wait for each other in a circle; each stays locked until its
-- numbers are committed, so numbers are seen in order and without a gap.
create function deliver(of_keys text[], of_partition int) returns void language plpgsql as $$
declare
    reached jsonb;
    news    uuid[];
    readers text[];
    read    uuid[];
begin
    perform pg_advisory_xact_lock('feed'::regclass::oid::int, of_partition);
    perform pg_advisory_xact_lock_shared('admitted'::regclass::oid::int, 0);
    select positions into reached from lanes where lanes.partition = of_partition;
    with heard as (
        update facts set waits = false
         where facts.partition = of_partition and facts.waits
           and not exists (select from jsonb_each_text(facts.after) as needed(topic, position)
                            where needed.position::bigint
                                > coalesce((reached->>needed.topic)::bigint, 0))
        returning facts.id, facts.undoes
    ),
    opening as (
        update relations set is_new = false
         where relations.key = any(of_keys) and relations.is_new
        returning relations.key, relations.scope, relations.relation
    ),
    turned as (
        select opening.key, opening.scope, opening.relation from opening
        union
        select relations.key, relations.scope, relations.relation
          from relations join heard on heard.undoes = relations.fact
         where relations.is_seat
    ),
    opened as (
        select facts.id
          from facts join turned
            on turned.key = facts.key and turned.scope = any(facts.scopes)
           and turned.relation = any(facts.relations)
         where facts.scopes && array(select turned.scope from turned)
    )
    select array_agg(each.id) into news
      from (select id from heard union select id from opened) as each;

    with seen as materialized (
        select visible.fact, visible.agency from visible(news)
    ),
    given as (
        select seen.fact, seen.agency from seen where seen.agency <> '*'
        union
        select seen.fact, admitted.agency from seen join admitted on seen.agency = '*'
    )
    select array_agg(given.agency), array_agg(given.fact) into readers, read
      from given
     where not exists (select from feed
                        where feed.agency = given.agency and feed.fact = given.fact);
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

-- Give an agency that is new here what everybody may read; once.
--
-- While it is admitted nothing is delivered, so that each fact is given here or there.
create function admit(of_agency text) returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock('admitted'::regclass::oid::int, 0);
    insert into admitted (agency) values (of_agency) on conflict do nothing;
    if not found then
        return;
    end if;
    insert into feeds (agency) values (of_agency) on conflict do nothing;
    perform from feeds where feeds.agency = of_agency for update;
    with recursive public as (
        select facts.id from facts where '*' = any(facts.agencies) and not facts.waits
        union
        select facts.id from facts join public on facts.same_as = public.id
         where not facts.waits
    ),
    given as (
        insert into feed (agency, number, fact)
        select of_agency,
               feeds.last + row_number() over (order by facts.recorded_at, facts.heard),
               facts.id
          from public join facts on facts.id = public.id
               join feeds on feeds.agency = of_agency
         where not exists (select from feed
                            where feed.agency = of_agency and feed.fact = facts.id)
        returning number
    )
    update feeds set last = feeds.last + (select count(*) from given)
     where feeds.agency = of_agency;
end $$;

-- migrate:down
drop function admit, deliver, visible;
drop table halts, admitted, feed, feeds, relations, facts;
