// tsc copies no SQL: the built program reads its schema files from beside the compiled store.
import { cpSync } from 'node:fs'

cpSync('src/store/clickhouse/schema', 'dist/store/clickhouse/schema', { recursive: true })
