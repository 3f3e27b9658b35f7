import { type HssSettings, hssDialect } from '../../../../src/dialects/hss/dialect.ts'
import { type DialectServer, startDialect } from '../../../support/dialect-server.ts'

/** The project of the tenant `default`. */
export const PROJECT = '0f1e2d3c4b5a69788796a5b4c3d2e1f0'
export const EVENTS_PATH = `/v5/${PROJECT}/container/image/events`

/** A server of this dialect alone, where the tenant `default` is a project of `acme`. */
export function startHss(settings: HssSettings = {}): Promise<DialectServer> {
  const tenants = [{ name: 'default', projectIds: [PROJECT], accounts: ['acme'] }]
  return startDialect(hssDialect(settings, { tenants, publicUrl: undefined }))
}
