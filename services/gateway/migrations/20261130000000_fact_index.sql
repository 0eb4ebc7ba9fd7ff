-- migrate:up

-- The id of the fact that a submission becomes if it is recorded. It follows from the submission's
-- own id, so it stands here from the acceptance on: before any lane, feed or follower shows the fact.
alter table submissions add column fact uuid;

update submissions
   set fact = (outcomes.facts -> '0' ->> 'id')::uuid
  from outcomes
 where outcomes.submission = submissions.id and outcomes.facts ? '0';

create index submissions_by_fact on submissions (fact);

-- Those accepted before this column, or by a process that does not know it, and not yet recorded.
create index submissions_without_fact on submissions (agency, part) where fact is null;

-- migrate:down
drop index submissions_without_fact, submissions_by_fact;
alter table submissions drop column fact;
