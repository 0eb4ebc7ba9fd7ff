-- migrate:up

-- Wake the owner of a lane where an operator asks something of it (B10).
create function wake_owner() returns trigger language plpgsql as $$
begin
    perform pg_notify('lanes', tg_table_schema || ' ' || new.lane);
    return null;
end $$;
create trigger wake_owner after insert on requests for each row execute function wake_owner();

-- migrate:down
drop trigger wake_owner on requests;
drop function wake_owner;
