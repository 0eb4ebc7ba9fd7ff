-- migrate:up

-- Which keys stand in which thousand offsets of a topic in the lane's partition, so that what stood
-- under one is found again (B10). A row that is missing costs time and nothing else.
create table key_blocks (
    lane  int    not null,
    topic text   not null,
    block bigint not null,  -- its first offset over a thousand
    keys  int[]  not null,  -- hashes
    tails jsonb  not null,  -- lane -> [number, hash] of its last record up to the block's end
    primary key (lane, topic, block)
);

-- migrate:down
drop table key_blocks;
