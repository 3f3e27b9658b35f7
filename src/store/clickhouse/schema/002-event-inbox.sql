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
    source_kind String,
    source_name String,
    source_event_id String,
    event_id_is_id UInt8,
    action String,
    native_action String,
    category String,
    level String,
    outcome String,
    actor_id String,
    actor_name String,
    actor_email String,
    actor_kind String,
    target_type String,
    target_id String,
    target_name String,
    target_namespace String,
    target_repository String,
    target_tag String,
    target_digest String,
    client_ip String,
    client_user_agent String,
    message String,
    details String,
    escaped_words String,
    request_key String,
    request_body_sha256 String
)
ENGINE = Null
