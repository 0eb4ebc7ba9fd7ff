-- migrate:up

-- A replacement is asked for with the data that take the letter's place (B5, B8).
alter table requests add column value bytea;
alter table requests drop constraint requests_what_check;
alter table requests add constraint requests_what_check
    check (what in ('release', 'discard', 'replace') and (what = 'replace') = (value is not null));

-- Who had the data of the letter replaced; its record then bears the replacement.
alter table letters add column replaced_by text;

-- migrate:down
alter table letters drop column replaced_by;
delete from requests where what = 'replace';
alter table requests drop constraint requests_what_check;
alter table requests add constraint requests_what_check check (what in ('release', 'discard'));
alter table requests drop column value;
