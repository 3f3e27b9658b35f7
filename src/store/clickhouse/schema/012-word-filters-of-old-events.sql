-- Makes the filters of events that are there already, in the background. Until then a search reads
-- every one of these events.
ALTER TABLE events MATERIALIZE INDEX by_words
