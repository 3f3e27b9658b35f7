import { startClickHouseServer } from '../support/store-clickhouse-server.ts'
import { createStoreHarness } from '../support/store-harness.ts'
import { registerStoreConformance } from './store-suite.ts'

registerStoreConformance('a ClickHouse server', async () => {
  const server = await startClickHouseServer()
  return createStoreHarness({ url: `${server.url}/waybill` }, () => server.stop())
})
