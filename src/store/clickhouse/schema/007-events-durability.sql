-- *_to_fsync_after_merge: the journal of events is freed once an insert is on disk. A merge
-- replaces what the insert wrote, so what it writes has to be on disk too.
-- non_replicated_deduplication_window: an insert whose outcome was not known is repeated under the
-- same deduplication token; the table knows it among so many.
ALTER TABLE events MODIFY SETTING
    min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1,
    non_replicated_deduplication_window = 100
