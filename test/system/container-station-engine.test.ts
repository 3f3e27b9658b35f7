import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ToldEvent } from '../support/container-engine.ts'
import { ACTS_UNTIL_STOP, type ContainerLife, containerLife } from '../support/container-life.ts'
import {
  countOf,
  engineEvents,
  type Found,
  feedReader,
  type Look,
  readViews,
  type Views,
} from '../support/container-station-views.ts'
import { eventually } from '../support/eventually.ts'
import { writeOciImage } from '../support/oci-image.ts'
import { ledgerSize } from '../support/quay-pages.ts'
import { type Registry, startRegistry } from '../support/registry.ts'
import {
  ENGINE_NAMES,
  type EngineName,
  type Engines,
  startEngines,
  stopEngines,
  watchArguments,
} from '../support/watched-engines.ts'
import { startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const ALICE = { name: 'alice', password: 'alice-secret' }
const ACCOUNT = JSON.stringify({ username: ALICE.name, password: ALICE.password })
const CREDENTIALS = { 'X-Registry-Auth': Buffer.from(ACCOUNT).toString('base64') }

/** In all four views: natively, in the log, in the CSV and in the feed. */
const everywhere = (times: number): Found => ({
  ...{ native: times, log: times },
  ...{ csv: times, feed: times },
})
/** What the feed of a Container Station has no word for. */
const notInTheFeed = (times: number): Found => ({ ...everywhere(times), feed: 0 })

type Counts = Readonly<Record<string, Found>>

/** What the second half of a life leads to, of which the engine told nothing of the first. */
const DOCKER_AFTER_STOP: Counts = {
  create: everywhere(0),
  start: everywhere(2),
  stop: everywhere(2),
  restart: everywhere(1),
  exit: everywhere(2),
  remove: everywhere(1),
  kill: notInTheFeed(2),
  prepare: everywhere(0),
  'clean up': everywhere(0),
  build: everywhere(0),
  pull: everywhere(0),
  tag: everywhere(0),
  untag: everywhere(0),
  'delete pulled': everywhere(0),
  'delete built': everywhere(1),
}

/**
 * How often each thing is told of one whole life. A container is started twice and stopped twice;
 * to restart it is to stop it and to start it once more.
 */
const WHOLE_LIFE: Readonly<Record<EngineName, Counts>> = {
  docker1: {
    ...DOCKER_AFTER_STOP,
    create: everywhere(1),
    start: everywhere(3),
    stop: everywhere(3),
    exit: everywhere(3),
    kill: notInTheFeed(3),
    build: everywhere(1),
    pull: everywhere(1),
    tag: everywhere(1),
    // One for each of the two names.
    untag: everywhere(2),
    'delete pulled': everywhere(1),
  },
  podman1: {
    create: everywhere(1),
    start: everywhere(3),
    restart: everywhere(1),
    exit: everywhere(3),
    remove: everywhere(1),
    kill: everywhere(0),
    prepare: notInTheFeed(3),
    build: everywhere(1),
    pull: everywhere(1),
    tag: everywhere(1),
    'untag pulled': everywhere(1),
    'untag copy': everywhere(1),
    'untag built': everywhere(1),
    'delete pulled': everywhere(1),
    'delete copy': everywhere(1),
    'delete built': everywhere(1),
  },
}

const folder = mkdtempSync(join(tmpdir(), 'waybill-station-engine-'))
/** Reads the feed all the time, also of a Waybill that was killed meanwhile. */
const reader = feedReader()
/** What was lived, and how often each thing is to be found. */
const lived: { readonly engine: EngineName; readonly life: ContainerLife; counts: Counts }[] = []
let engines: Engines
let registry: Registry
let waybill: WaybillProcess

beforeAll(async () => {
  registry = await startRegistry({
    folder: join(folder, 'registry'),
    accounts: [ALICE],
    // Nobody is there: what the registry tells is not looked at here.
    notify: { url: 'http://127.0.0.1:9/', authorization: '' },
  })
  engines = await startEngines(folder)
  waybill = await startWaybill({
    dataDirectory: join(folder, 'waybill'),
    arguments: watchArguments(folder, engines),
  })
})

afterAll(async () => {
  await waybill?.stop()
  await Promise.all([stopEngines(engines), registry?.stop()])
  rmSync(folder, { recursive: true, force: true })
})

/** A life on each engine, side by side. */
async function livesOf(name: string): Promise<readonly ContainerLife[]> {
  return await Promise.all(
    ENGINE_NAMES.map(async (engineName) => {
      const own = `${name}-${engineName}`
      // The feed names a removed image without its tag.
      const reference = `team/${own}:1`
      await registry.push(writeOciImage(join(folder, own), own), reference, ALICE)
      const life = containerLife({
        ...{ engine: engines[engineName], engineName, name: own, credentials: CREDENTIALS },
        pulled: `${registry.host}/${reference}`,
      })
      lived.push({ engine: engineName, life, counts: WHOLE_LIFE[engineName] })
      return life
    }),
  )
}

async function live(lives: readonly ContainerLife[], from = 0, to?: number): Promise<void> {
  const one = async ({ acts }: ContainerLife) => {
    for (const act of acts.slice(from, to)) await act()
  }
  await Promise.all(lives.map(one))
}

/** Waits until Waybill has everything that the engines told. */
async function caughtUp(): Promise<void> {
  await Promise.all(
    ENGINE_NAMES.map(async (name) => {
      const told = await engines[name].told()
      await eventually(
        async () => (await engineEvents(waybill, name)).map(({ details }) => details?.['timeNano']),
        (stored) => told.every(({ timeNano }) => stored.includes(timeNano)),
        { what: `what ${name} told` },
      )
    }),
  )
}

/** Every act of every life so far is in each view exactly as often as it was done. */
async function everyActIsFoundOnce(): Promise<Views> {
  await caughtUp()
  const views = await readViews(waybill)
  const podmanTold = await engines.podman1.told()
  for (const { engine, life, counts } of lived) {
    const { looks } = life
    const expected = engine === 'podman1' ? { ...counts, ...ends(life, podmanTold) } : counts
    const found = Object.entries(looks()).map(([name, look]) => [name, countOf(look, views)])
    expect({ engine, ...Object.fromEntries(found) }).toMatchObject({ engine, ...expected })
  }
  return views
}

/**
 * Podman has a word for a stop, but leaves it out when the process that cleans up after the
 * container is faster, and it cleans up once or twice. What it told is the measure.
 */
function ends({ looks }: ContainerLife, told: readonly ToldEvent[]): Counts {
  const timesTold = ({ event }: Look) => told.filter((one) => isOf(event, one)).length
  const { stop, 'clean up': cleanUp } = looks()
  if (stop === undefined || cleanUp === undefined) throw new Error('A life ends')
  return { stop: everywhere(timesTold(stop)), 'clean up': notInTheFeed(timesTold(cleanUp)) }
}

function isOf({ action, target }: Look['event'], told: ToldEvent): boolean {
  return action === `container.${told.action}` && 'id' in target && target.id === told.id
}

test('while Waybill runs', async () => {
  await live(await livesOf('quiet'))
  await everyActIsFoundOnce()
})

test('when Waybill is killed in the middle of acts, again and again', async () => {
  const lives = await livesOf('killed')
  for (let act = 0; act < actsOf(lives); act += 3) {
    const size = await ledgerSize(waybill)
    await live(lives, act, act + 1)
    await eventually(
      () => ledgerSize(waybill),
      (now) => now > size,
      { what: 'an act is stored' },
    )
    // How far that is, is kept a little later, so it will be read again.
    await Promise.all([live(lives, act + 1, act + 2), waybill.kill()])
    await live(lives, act + 2, act + 3)
    waybill = await waybill.restart()
    await reader.read(waybill)
  }
  await everyActIsFoundOnce()
})

test('when the engines are stopped and started again', async () => {
  const lives = await livesOf('restarted')
  await live(lives, 0, ACTS_UNTIL_STOP)
  await caughtUp()
  await restartEngines()
  await live(lives, ACTS_UNTIL_STOP)
  await everyActIsFoundOnce()
  await dockerHasGaps(1)
})

test('what Docker forgot before Waybill was back is nowhere, and said to be missing', async () => {
  const lives = await livesOf('unheard')
  await waybill.kill()
  await live(lives, 0, ACTS_UNTIL_STOP)
  await restartEngines()
  waybill = await waybill.restart()
  await live(lives, ACTS_UNTIL_STOP)
  for (const one of lived) {
    const isForgotten = one.engine === 'docker1' && lives.includes(one.life)
    if (isForgotten) one.counts = DOCKER_AFTER_STOP
  }
  await everyActIsFoundOnce()
  await dockerHasGaps(2)
})

test('when everything is read once more, nothing of it is there twice', async () => {
  await waybill.kill()
  waybill = await waybill.restart()
  await live(await livesOf('last'))
  const { feed } = await everyActIsFoundOnce()
  expect(await reader.read(waybill)).toEqual(feed)
})

const actsOf = (lives: readonly ContainerLife[]) => lives[0]?.acts.length ?? 0

async function restartEngines(): Promise<void> {
  await stopEngines(engines)
  await Promise.all(ENGINE_NAMES.map((name) => engines[name].start()))
}

/** A gap is found when an engine that is asked anew has told what it kept, and is silent. */
async function dockerHasGaps(count: number): Promise<void> {
  const gaps = async () => (await readViews(waybill)).events.filter(isGap)
  const found = await eventually(gaps, ({ length }) => length >= count, { what: 'the gaps' })
  const expected = { target: { name: 'engine/docker1' } }
  expect(found).toMatchObject(Array.from({ length: count }, () => expected))
}

const isGap = ({ action }: { readonly action: string }) => action === 'source.gap'
