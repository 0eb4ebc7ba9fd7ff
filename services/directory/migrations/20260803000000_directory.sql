-- migrate:up

-- Every use of an official number: one row a fact that bears one.
create table uses (
    fact        uuid        primary key,
    type        text        not null,
    part        text        not null,
    office      text        not null,  -- the court of a judgment, the agency of a decision
    year        int         not null,  -- of a decision; 0 for a judgment, whose number is never used again
    number      text        not null,  -- as it was written
    canonical   text        not null,  -- as it is compared
    plain       text        not null,  -- without its marks, as it is asked for
    decided_on  date        not null,
    recorded_at timestamptz not null,
    undone      bool        not null default false -- corrected or withdrawn: it holds no number
);
create index uses_by_number on uses (plain);

-- Whose a number is: the first that was heard to use it. Lanes that hear of two uses at one moment
-- wait for each other at this row.
create table holders (
    canonical text not null,
    office    text not null,
    year      int  not null,
    fact      uuid not null references uses,
    part      text not null,
    primary key (canonical, office, year)
);

-- What a person should look at; the facts stand all the same.
create table alarms (
    kind  text not null,
    fact  uuid not null references uses,  -- the use that came later
    other uuid not null references uses,  -- the use that stood before it
    primary key (kind, fact)
);

-- migrate:down
drop table alarms, holders, uses;
