import type { DirectoryKeeper } from '../../../../src/access/directory/directory.ts'
import { openDirectory } from '../../../../src/access/directory/open-directory.ts'
import { MapRecordStore, TOKEN_KEY } from '../records/map-record-store.ts'

/** Where a directory is kept: records in memory, and a clock that a test sets. */
export class DirectoryPlace {
  nowMicros = Date.UTC(2026, 10, 1) * 1000
  records = new MapRecordStore()

  /** Opens the directory, as a start does. */
  open(tokenKey = TOKEN_KEY): Promise<DirectoryKeeper> {
    const { records } = this
    const clock = () => this.nowMicros
    return openDirectory({ records, clock, defaultTenant: 'default', tokenKey })
  }
}
