-- migrate:up

-- Who may read some facts and what is read for their sake; `*` is everybody. `readers.visible_to`
-- says the same of one agency and all facts of a key. What a fact made of agencies ends where it is
-- corrected or withdrawn. A party is no agency: its channels read for it, until another is named.
--
-- Step by step, each beginning with an array whose length the planner knows: one recursion upon
-- another it takes for more rows than there are atoms.
create or replace function visible(of_facts uuid[]) returns table (fact uuid, agency text)
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
           and strpos(relations.agency, '.') = 0
         order by told.id, relations.relation, relations.agency,
                  relations.depth desc, relations.since desc, relations.sequence desc
    ),
    parties as (  -- of every fact, the parties that may read it
        select distinct told.id, told.key, told.recorded_at, relations.agency as party
          from told join relations
            on relations.key = told.key and relations.scope = any(told.scopes)
           and relations.relation = any(told.relations)
           and strpos(relations.agency, '.') > 0
           and not exists (select from facts as undoing
                            where undoing.undoes = relations.fact
                              and undoing.recorded_at <= told.recorded_at)
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
        select parties.id, channel.agency
          from parties join relations as channel
            on channel.key = parties.key and channel.scope = parties.party
           and channel.relation in ('channel', 'channel_named')
           and not exists (select from facts as undoing
                            where undoing.undoes = channel.fact
                              and undoing.recorded_at <= parties.recorded_at)
         where not exists (
                   select from relations as next
                    where next.key = channel.key and next.scope = channel.scope
                      and next.relation = 'channel_named'
                      and (next.since, next.sequence) > (channel.since, channel.sequence)
                      and parties.recorded_at > next.since
                      and not exists (select from facts as undoing
                                       where undoing.undoes = next.fact))
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
-- was read before the one that took the case from him. A fact that tells of others waits until the
-- lane has heard everything that whoever decided it had, and those others wait no more: else it
-- would depend on the order of topics whether an agency is given it whole.
--
-- One call at a time for each partition, for its lane and whoever looks for what still waits may
-- call at once, and none while an agency is admitted. Feeds are locked in one order, so lanes that
-- deliver to the same agencies never wait for each other in a circle; each stays locked until its
-- numbers are committed, so numbers are seen in order and without a gap.
create or replace function deliver(of_keys text[], of_partition int) returns void
language plpgsql as $$
declare
    reached  jsonb;
    more     uuid[];
    released uuid[] := '{}';
    news     uuid[];
    others   uuid[];
    readers  text[];
    read     uuid[];
    whole    bool[];
begin
    perform pg_advisory_xact_lock('feed'::regclass::oid::int, of_partition);
    perform pg_advisory_xact_lock_shared('admitted'::regclass::oid::int, 0);
    select positions into reached from lanes where lanes.partition = of_partition;
    loop
        with heard as (
            update facts set waits = false
             where facts.partition = of_partition and facts.waits
               and not exists (select from jsonb_each_text(facts.after) as needed(topic, position)
                                where needed.position::bigint
                                    > coalesce((reached->>needed.topic)::bigint, 0))
               and not exists (select from facts as told
                                where told.id = any(facts.tells_of) and told.waits)
            returning facts.id
        )
        select array_agg(heard.id) into more from heard;
        exit when more is null;
        released := released || more;
    end loop;
    with heard as (
        select facts.id, facts.undoes from facts where facts.id = any(released)
    ),
    opening as (
        update relations set is_new = false
         where relations.key = any(of_keys) and relations.is_new
        returning relations.key, relations.scope, relations.relation
    ),
    turned as (
        select opening.key, opening.scope, opening.relation from opening
        union
        select role.key, role.scope, role.relation  -- what the party of a channel may read
          from relations as role join opening
            on role.key = opening.key and role.agency = opening.scope
         where opening.relation in ('channel', 'channel_named')
        union
        select role.key, role.scope, role.relation  -- or may be read again by the one before
          from relations as role
          join relations on role.key = relations.key and role.agency = relations.scope
          join heard on heard.undoes = relations.fact
         where relations.relation = 'channel_named'
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

    select array_agg(distinct told.id) into others
      from facts cross join unnest(facts.tells_of) as told(id)
     where facts.id = any(read);
    if others is null then
        whole := array_fill(true, array[cardinality(read)]);
    else
        with readable as materialized (
            select visible.fact, visible.agency from visible(others)
             where visible.fact = any(others)
        )
        select array_agg(not exists (
                   select from unnest(facts.tells_of) as told(id)
                    where not exists (select from readable
                                       where readable.fact = told.id
                                         and readable.agency in (given.agency, '*'))
               ) order by given.place)
          into whole
          from unnest(readers, read) with ordinality as given(agency, fact, place)
          join facts on facts.id = given.fact;
    end if;

    insert into feeds (agency)
    select distinct agency from unnest(readers) as given(agency) order by agency
        on conflict do nothing;
    perform from feeds where agency = any(readers) order by agency for update;

    insert into feed (agency, number, fact, is_whole)
    select given.agency,
           feeds.last + row_number() over (partition by given.agency
                                           order by facts.recorded_at, facts.heard),
           given.fact,
           given.is_whole
      from unnest(readers, read, whole) as given(agency, fact, is_whole)
      join feeds on feeds.agency = given.agency
      join facts on facts.id = given.fact;
    insert into keys_given (agency, key)
    select distinct given.agency, facts.key
      from unnest(readers, read) as given(agency, fact) join facts on facts.id = given.fact
     order by given.agency, facts.key
        on conflict do nothing;
    update feeds
       set last = feeds.last + counted.many
      from (select agency, count(*) as many
              from unnest(readers) as given(agency) group by agency) as counted
     where feeds.agency = counted.agency;
end $$;

-- migrate:down
-- The functions stand; without parties among the relations they say what they said before.
select;
