-- Hands each block inserted into `event_inbox` on to `events`, within the insert: when it fails,
-- the insert fails.
CREATE MATERIALIZED VIEW IF NOT EXISTS event_inbox_view TO events
AS SELECT * FROM event_inbox
