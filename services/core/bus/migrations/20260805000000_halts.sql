-- migrate:up

-- Why a lane stands still, and since when; null while it works or was never halted.
alter table lanes
    add column halted_kind text,
    add column halted_why  text,
    add column halted_at   timestamptz;

-- migrate:down
alter table lanes drop column halted_kind, drop column halted_why, drop column halted_at;
