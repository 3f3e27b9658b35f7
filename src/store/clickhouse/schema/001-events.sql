-- The events of all ledgers in this database. A row is one event and never changes.
--
-- LowCardinality where values repeat: it halves such columns, and a condition is tested once for
-- each of their values, not for each row. An optional text that an event lacks is '', since no
-- event has an empty one.
--
-- ORDER BY: every question names a tenant, and nearly every list wants the newest or oldest events
-- first, so a page is read from one end of a sorted run (docs/decisions/0003-the-sort-order.md).
-- origin and seq make the order total, as a page walk needs under equal times.
--
-- PARTITION BY the month of receipt, not of the event's own time: back-dated imports land in the
-- current month, all rows of one insert share a partition (one part, so an insert is atomic), and
-- retention drops whole partitions.
--
-- index_granularity 1024 (default 8192): a page of 20 reads an eighth of the bytes.
-- min_compress_block_size 16384 (default 65536): a page whose events stand far apart unpacks a
-- block for each of them and each column. A quarter of the time of such a page, for 0.4 bytes an
-- event.
-- min_age_to_force_merge_seconds: what has come to rest becomes one part, since a page opens every
-- part that its time touches; but no merge is larger than max_bytes_to_merge_at_max_space_in_pool,
-- 4 GiB or 70 million events, so that an hour's events never cost more than that to put in place.
-- fsync_*: an insert is acknowledged when its part and its directory are on disk.
-- auto_statistics_types '': the statistics cost a quarter of an insert and serve no query here.
CREATE TABLE IF NOT EXISTS events
(
    -- The instance whose ledger holds the event, and the place there.
    origin LowCardinality(String) CODEC(ZSTD(1)),
    seq UInt64 CODEC(DoubleDelta, ZSTD(1)),

    -- Random: 16 bytes that nothing compresses.
    id UUID CODEC(NONE),
    time DateTime64(6, 'UTC') CODEC(Delta, T64('bit'), ZSTD(1)),
    received DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    tenant LowCardinality(String) CODEC(ZSTD(1)),

    -- Texts are packed into few columns, with NUL between them, which no text of an event has. Each
    -- column costs every insert and every page, however little is in it, so what is rare, and what
    -- few combinations occur of, stands together (docs/decisions/0007-packed-columns.md). Filters,
    -- indexes and whoever looks at this table name the columns declared as ALIAS below.
    shape LowCardinality(String) CODEC(ZSTD(1)),
    actor LowCardinality(String) CODEC(ZSTD(1)),
    client_ip LowCardinality(String) CODEC(ZSTD(1)),
    client_user_agent LowCardinality(String) CODEC(ZSTD(1)),
    target_namespace LowCardinality(String) CODEC(ZSTD(1)),
    target_repository LowCardinality(String) CODEC(ZSTD(1)),
    target_tag LowCardinality(String) CODEC(ZSTD(1)),
    -- The 32 bytes of a SHA-256, which nearly every digest is, else the digest's text. Repetitions
    -- are far apart, so the blocks are large: 21 bytes an event. A dictionary takes 20, but a page
    -- unpacks half a megabyte of it for each event that stands apart.
    digest String CODEC(ZSTD(3)) SETTINGS (min_compress_block_size = 262144),
    texts String CODEC(ZSTD(3)),
    -- The Idempotency-Key that the event came with and the SHA-256 of that request's body in hex:
    -- outside of the leaf, but in the same insert, so that no crash parts them. Mostly empty.
    request String CODEC(ZSTD(1)),

    -- The packed texts, in the order of PACKED_COLUMNS of event-columns.ts.
    --   event_id_is_id   '1' when what the source called the event is the event's id again, which
    --                    is usual; source_event_id is '' then
    --   target_members   a letter for each member but the type that the event's target has: what is
    --                    known not to be there need not be looked for (TARGET_MEMBERS)
    --   actor_kind       '' when the event's actor is null
    --   details          RFC 8785 canonical JSON text, byte for byte: key order and numbers are
    --                    part of the leaf
    --   escaped_words    words of `details` that its JSON escapes hide from full-text search
    level ALIAS substringIndex(shape, '\0', 1),
    category ALIAS substringIndex(substringIndex(shape, '\0', 2), '\0', -1),
    source_kind ALIAS substringIndex(substringIndex(shape, '\0', 3), '\0', -1),
    event_id_is_id ALIAS substringIndex(substringIndex(shape, '\0', 4), '\0', -1),
    target_members ALIAS substringIndex(substringIndex(shape, '\0', 5), '\0', -1),
    actor_kind ALIAS substringIndex(substringIndex(shape, '\0', 6), '\0', -1),
    action ALIAS substringIndex(substringIndex(shape, '\0', 7), '\0', -1),
    native_action ALIAS substringIndex(substringIndex(shape, '\0', 8), '\0', -1),
    outcome ALIAS substringIndex(substringIndex(shape, '\0', 9), '\0', -1),
    source_name ALIAS substringIndex(substringIndex(shape, '\0', 10), '\0', -1),
    target_type ALIAS substringIndex(shape, '\0', -1),

    actor_id ALIAS substringIndex(actor, '\0', 1),
    actor_name ALIAS substringIndex(substringIndex(actor, '\0', 2), '\0', -1),
    actor_email ALIAS substringIndex(actor, '\0', -1),

    -- A text of 32 bytes, which no SHA-256 is, has NUL behind it.
    target_digest ALIAS multiIf(
        length(digest) = 32, concat('sha256:', lower(hex(digest))),
        length(digest) = 33 AND endsWith(digest, '\0'), substring(digest, 1, 32),
        digest),

    details ALIAS substringIndex(texts, '\0', 1),
    message ALIAS substringIndex(substringIndex(texts, '\0', 2), '\0', -1),
    escaped_words ALIAS substringIndex(substringIndex(texts, '\0', 3), '\0', -1),
    target_id ALIAS substringIndex(substringIndex(texts, '\0', 4), '\0', -1),
    target_name ALIAS substringIndex(substringIndex(texts, '\0', 5), '\0', -1),
    source_event_id ALIAS substringIndex(texts, '\0', -1),

    request_key ALIAS substringIndex(request, '\0', 1),
    request_body_sha256 ALIAS substringIndex(request, '\0', -1),

    -- Which runs of rows can hold a value. Of a pair, the hash of both: each of two common values
    -- is everywhere, the pair is not. The shape has a set: a bloom filter that has to be read
    -- for a value that is nearly everywhere, or nowhere, costs more than it saves.
    INDEX by_seq seq TYPE minmax GRANULARITY 1,
    INDEX by_id id TYPE bloom_filter(0.01) GRANULARITY 8,
    INDEX by_source_event_id source_event_id TYPE bloom_filter(0.01) GRANULARITY 8,
    INDEX by_request_key request_key TYPE bloom_filter(0.01) GRANULARITY 8,
    INDEX by_namespace target_namespace TYPE bloom_filter(0.01) GRANULARITY 4,
    -- Any of an actor's three names may be asked for, and likewise of a target's: an index over all
    -- of them answers `a = x OR b = x`, for which an index over one would be of no use.
    INDEX by_actor (actor_name, actor_id, actor_email) TYPE bloom_filter(0.01) GRANULARITY 8,
    INDEX by_actor_in_any_case (lower(actor_name), lower(actor_email))
        TYPE bloom_filter(0.01) GRANULARITY 8,
    INDEX by_namespace_and_actor (cityHash64(target_namespace, actor_name),
            cityHash64(target_namespace, actor_id), cityHash64(target_namespace, actor_email))
        TYPE bloom_filter(0.02) GRANULARITY 8,
    INDEX by_namespace_and_repository cityHash64(target_namespace, target_repository)
        TYPE bloom_filter(0.02) GRANULARITY 4,
    INDEX by_target (target_name, target_id, target_tag, digest)
        TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX by_address client_ip TYPE bloom_filter(0.01) GRANULARITY 8,
    -- Answers conditions on any part of the shape.
    INDEX by_shape shape TYPE set(256) GRANULARITY 8,
    -- The expression is SEARCHED_TEXT_SQL of text-search.ts, letter for letter.
    INDEX by_word
        lowerUTF8(concat(substringIndex(shape, '\0', -5), ' ', actor, ' ', client_ip, ' ',
            client_user_agent, ' ', target_namespace, ' ', target_repository, ' ', target_tag, ' ',
            target_digest, ' ', substringIndex(texts, '\0', 5)))
        TYPE tokenbf_v1(16384, 5, 0) GRANULARITY 8,

    -- Counts by day, which is what usage pages, totals and histograms ask for (COUNTS_BY_DAY of
    -- counted-places.ts). By an actor's name before the rest of the actor: that is asked for.
    PROJECTION by_shape_and_day
    (
        SELECT tenant, toDate32(time) AS day, shape, count()
        GROUP BY tenant, day, shape
    ),
    PROJECTION by_namespace_and_day
    (
        SELECT tenant, target_namespace, toDate32(time) AS day, shape, count()
        GROUP BY tenant, target_namespace, day, shape
    ),
    PROJECTION by_actor_and_day
    (
        SELECT tenant, actor_name, actor, toDate32(time) AS day, shape, count()
        GROUP BY tenant, actor_name, actor, day, shape
    ),
    PROJECTION by_repository_and_day
    (
        SELECT tenant, target_namespace, target_repository, toDate32(time) AS day, shape, count()
        GROUP BY tenant, target_namespace, target_repository, day, shape
    ),
    PROJECTION by_address_and_day
    (
        SELECT tenant, client_ip, toDate32(time) AS day, shape, count()
        GROUP BY tenant, client_ip, day, shape
    )
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received)
ORDER BY (tenant, time, origin, seq)
SETTINGS
    index_granularity = 1024,
    min_compress_block_size = 16384,
    min_age_to_force_merge_seconds = 3600,
    max_bytes_to_merge_at_max_space_in_pool = 4294967296,
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    auto_statistics_types = ''
