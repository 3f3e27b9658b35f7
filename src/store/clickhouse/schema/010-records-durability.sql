-- Nothing replays these rows: what a merge writes in their place has to be on disk as they were.
ALTER TABLE records MODIFY SETTING
    min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1
