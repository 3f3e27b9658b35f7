/** Removes the oldest entries until no more than `sizeMax` are left. */
export function dropOldest<Key>(entries: Map<Key, unknown> | Set<Key>, sizeMax: number): void {
  for (const key of entries.keys()) {
    if (entries.size <= sizeMax) return
    entries.delete(key)
  }
}
