// Pulls one manifest again and again from a real registry that reports each pull, and shows what
// that costs Waybill. `npm run build && npx tsx bench/registry-pulls.ts 2000`; it needs Debian's
// docker-registry, skopeo and apache2-utils.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv, stdout } from 'node:process'
import { writeOciImage } from '../test/support/oci-image.ts'
import { startRegistry } from '../test/support/registry.ts'
import { formatPercentiles, percentiles } from './client/percentiles.ts'
import { getJson, timeEach } from './client/sequential.ts'
import { processorSeconds, untilQuiet } from './process-usage.ts'
import { format } from './row.ts'
import { startServer } from './server.ts'

const ACCOUNT = { name: 'alice', password: 'registry-password' }
const COUNT_PATH = '/v1/events/count?action=image.pull'
/** Longest wait until the registry has delivered every notification, in milliseconds. */
const DELIVERY_MS_MAX = 60_000
const POLL_MS = 100

async function measure(pulls: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-pulls-'))
  const server = await startServer(join(folder, 'data'))
  const registry = await startRegistry({
    folder: join(folder, 'registry'),
    accounts: [ACCOUNT],
    notify: {
      url: `${server.url}/v1/sources/distribution/reg1`,
      authorization: `Bearer ${server.token}`,
    },
  })
  try {
    const image = writeOciImage(join(folder, 'image'), 'content')
    await registry.push(image, 'team/app:1', ACCOUNT)
    await untilQuiet(server.pid)
    const before = await processorSeconds(server.pid)
    const startedMs = performance.now()
    const credentials = Buffer.from(`${ACCOUNT.name}:${ACCOUNT.password}`).toString('base64')
    const headers = {
      Accept: 'application/vnd.oci.image.manifest.v1+json',
      Authorization: `Basic ${credentials}`,
    }
    const url = `http://${registry.host}/v2/team/app/manifests/1`
    const times = await timeEach(pulls, async () => {
      const response = await fetch(url, { headers })
      if (response.status !== 200) throw new Error(`the registry answered ${response.status}`)
      await response.arrayBuffer()
    })
    const pulledMs = performance.now() - startedMs
    const countedMs = await untilCounted(server, pulls)
    await untilQuiet(server.pid)
    const spentMs = ((await processorSeconds(server.pid)) - before) * 1000
    stdout.write(
      `${pulls} pulls, ${format(pulls / (pulledMs / 1000))}/s, ` +
        `${formatPercentiles(percentiles(times))}; all counted ${format(countedMs)} ms later; ` +
        `${format(spentMs / pulls)} ms of processor time each\n`,
    )
  } finally {
    await registry.stop()
    await server.stop()
    rmSync(folder, { recursive: true })
  }
}

/** Resolves with the milliseconds from now until every pull is found. */
async function untilCounted(server: Parameters<typeof getJson>[0], pulls: number): Promise<number> {
  const startedMs = performance.now()
  for (;;) {
    const answer = await getJson(server, COUNT_PATH)
    const waitedMs = performance.now() - startedMs
    if (Object(answer).count === pulls) return waitedMs
    if (waitedMs > DELIVERY_MS_MAX) throw new Error(`only ${JSON.stringify(answer)} were reported`)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

const pulls = Number(argv[2])
if (!Number.isSafeInteger(pulls) || pulls < 1) throw new Error('expected a number of pulls')
await measure(pulls)
