-- migrate:up

-- What a fact of a clock tells of other facts, and how it is shown to who may not read them
-- (services/core/access/withholding.py).
alter table facts
    add column tells_of uuid[] not null default '{}',
    add column withheld bytea; -- as CloudEvents in JSON; null where the fact tells of no other
alter table facts alter column withheld set storage external;
alter table feed
    add column is_whole bool not null default true; -- else the agency was given `withheld`

-- The keys of which an agency was given something: one look-up says whether there is anything.
create table keys_given (
    agency text not null,
    key    text not null,
    primary key (agency, key)
);
insert into keys_given (agency, key)
select distinct feed.agency, facts.key from feed join facts on facts.id = feed.fact;

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

-- Give an agency that is new here what everybody may read; once.
--
-- While it is admitted nothing is delivered, so that each fact is given here or there.
create or replace function admit(of_agency text) returns void language plpgsql as $$
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
    fresh as (
        select facts.id, facts.key, facts.recorded_at, facts.heard,
               not exists (
                   select from unnest(facts.tells_of) as told(id)
                    where told.id not in (select public.id from public)
                      and not exists (select from feed
                                       where feed.agency = of_agency and feed.fact = told.id)
               ) as is_whole
          from public join facts on facts.id = public.id
         where not exists (select from feed
                            where feed.agency = of_agency and feed.fact = facts.id)
    ),
    known as (
        insert into keys_given (agency, key)
        select distinct of_agency, fresh.key from fresh
            on conflict do nothing
    ),
    given as (
        insert into feed (agency, number, fact, is_whole)
        select of_agency,
               feeds.last + row_number() over (order by fresh.recorded_at, fresh.heard),
               fresh.id,
               fresh.is_whole
          from fresh join feeds on feeds.agency = of_agency
        returning number
    )
    update feeds set last = feeds.last + (select count(*) from given)
     where feeds.agency = of_agency;
end $$;

-- migrate:down
drop table keys_given;
alter table feed drop column is_whole;
alter table facts drop column withheld, drop column tells_of;
