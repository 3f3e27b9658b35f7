-- Where events are inserted: it stores nothing, and its view hands each block on to `events`.
--
-- Reading text straight into LowCardinality columns is the larger part of an insert's cost. Here
-- the text is read into plain strings, and the view converts whole columns: half the time.
CREATE TABLE IF NOT EXISTS event_inbox
(
    seq UInt64,
    origin String,
    id UUID,
    time DateTime64(6, 'UTC'),
    received DateTime64(6, 'UTC'),
    tenant String,
    shape String,
    actor String,
    client_ip String,
    client_user_agent String,
    target_namespace String,
    target_repository String,
    target_tag String,
    digest String,
    texts String,
    request String
)
ENGINE = Null
