import type { CollectorOpeners } from './cli/command.ts'
import { readPassword } from './config/read-password.ts'
import { readToken } from './config/read-token.ts'
import type { Settings } from './config/settings.ts'
import { processEnvironment } from './config/table/environment.ts'
import { programVersion } from './config/version.ts'
import type { Collector } from './dialects/collecting/collector.ts'
import type { CollectorName } from './intake/positions.ts'
import type { ConfiguredCollector } from './server/tasks/collectors.ts'

type CollectorLists = Settings['collectors']

/** A collector for each vendor, opened as an item of its list in the configuration describes it. */
export const COLLECTOR_OPENERS: CollectorOpeners = {
  async quay(settings) {
    const { createQuayCollector } = await import('./dialects/quay/collect/collector.ts')
    return createQuayCollector({ ...settings, ...everyCollector(settings), ...token(settings) })
  },
  async containerStation(settings) {
    const { createStationCollector } = await import(
      './dialects/container-station/collect/collector.ts'
    )
    const password = () => readPassword(settings, processEnvironment())
    return createStationCollector({ ...settings, ...everyCollector(settings), password })
  },
  async opsera(settings) {
    const { createOpseraCollector } = await import('./dialects/opsera/collect/collector.ts')
    return createOpseraCollector({ ...settings, ...everyCollector(settings), ...token(settings) })
  },
  async hss(settings) {
    const { createHssCollector } = await import('./dialects/hss/collect/collector.ts')
    const { secretKey, secretKeyFile, secretKeyVariable, tokenFile } = settings
    const secret = { token: secretKey, tokenFile: secretKeyFile, tokenVariable: secretKeyVariable }
    return createHssCollector({
      ...settings,
      ...everyCollector(settings),
      ...token({ tokenFile }),
      secretKey: () => readToken(secret, processEnvironment()),
    })
  },
}

/** Every collector that the configuration names. */
export function configuredCollectors(
  lists: CollectorLists,
): Promise<readonly ConfiguredCollector[]> {
  return Promise.all([
    ...lists.quay.map((item) => configured(item, COLLECTOR_OPENERS.quay(item))),
    ...lists.containerStation.map((item) =>
      configured(item, COLLECTOR_OPENERS.containerStation(item)),
    ),
    ...lists.opsera.map((item) => configured(item, COLLECTOR_OPENERS.opsera(item))),
    ...lists.hss.map((item) => configured(item, COLLECTOR_OPENERS.hss(item))),
  ])
}

const KINDS = {
  quay: 'quay',
  containerStation: 'container-station',
  opsera: 'opsera',
  hss: 'hss',
} as const satisfies Record<keyof CollectorLists, string>

/** Names of the collectors that the configuration lists, with the tenants of their events. */
export function collectorNames(
  lists: CollectorLists,
  defaultTenant: string,
): readonly CollectorName[] {
  return Object.entries(KINDS).flatMap(([key, kind]) =>
    lists[key as keyof CollectorLists].map(({ name, tenant = defaultTenant }) => ({
      ...{ tenant, kind, name },
    })),
  )
}

async function configured(
  { tenant }: { readonly tenant: string | undefined },
  opened: Promise<Collector>,
): Promise<ConfiguredCollector> {
  return { collector: await opened, tenant }
}

function everyCollector({ everySeconds }: { readonly everySeconds: number }) {
  return { everyMs: everySeconds * 1000, userAgent: `waybill/${programVersion()}` }
}

/** The token is read anew each time it is needed: it may have been replaced. */
function token(place: Parameters<typeof readToken>[0]) {
  return { token: () => readToken(place, processEnvironment()) }
}
