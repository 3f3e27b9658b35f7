-- Half as many bits again for each run of rows as `by_word` had, for a byte an event: a filter that
-- seems to hold a word and does not costs a search as much as reading all the other filters, and
-- that happens an eighth as often (docs/decisions/0012-what-indexes-cost.md).
--
-- The expression is SEARCHED_TEXT_SQL of text-search.ts, letter for letter.
ALTER TABLE events
    DROP INDEX IF EXISTS by_word,
    ADD INDEX IF NOT EXISTS by_words
        lowerUTF8(concat(substringIndex(shape, '\0', -5), ' ', actor, ' ', client_ip, ' ',
            client_user_agent, ' ', target_namespace, ' ', target_repository, ' ', target_tag, ' ',
            target_digest, ' ', substringIndex(texts, '\0', 5)))
        TYPE tokenbf_v1(24576, 6, 0) GRANULARITY 8
