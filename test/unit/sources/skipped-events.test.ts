import { describe, expect, test } from 'vitest'
import type { NewEvent } from '../../../src/core/event/new-event.ts'
import type { SkipRule } from '../../../src/core/query/skip-rule.ts'
import { collectorSkipping } from '../../../src/server/tasks/collector-skipping.ts'
import type { CallIntake } from '../../../src/sources/called-source.ts'
import {
  calledSkipping,
  SkippedEvents,
  watchedSkipping,
  webhookSkipping,
} from '../../../src/sources/skipped-events.ts'
import type { Translation } from '../../../src/sources/source.ts'
import { eventsOf, line } from './engine/captured.ts'

const ENGINE = { kind: 'engine', name: 'host1' }
const CHECKS: SkipRule = {
  name: 'checks',
  source: 'engine/*',
  action: ['container.exec', 'container.exec.start'],
  command: ['/bin/sh -c curl -fsS http://localhost/health*'],
}

const kept = (rule: SkipRule, events: readonly NewEvent[], source = ENGINE) =>
  new SkippedEvents([rule]).sorted(events, source).kept

/** One event that a source made, by the fields that a rule can name. */
const PULL = {
  action: 'image.pull',
  nativeAction: 'pull',
  actor: { name: 'kubelet' },
  target: { namespace: 'team', repository: 'app', name: 'web1', tag: '1.0' },
  client: { ip: '10.0.0.5', userAgent: 'kube-probe/1.29' },
  details: { command: ['curl', '-f', 'x'], execType: 'healthcheck' },
} satisfies NewEvent

describe('what a rule leaves out', () => {
  test('health checks of an engine go, and a shell stays', () => {
    const exec = (word: string) => ({ Type: 'container', Action: word })
    const check = '/bin/sh -c curl -fsS http://localhost/health'
    const words = [`exec_create: ${check}`, `exec_start: ${check}`, 'exec_create: sh', 'exec_die']
    const read = words.flatMap((word) => eventsOf(line(exec(word))))
    const events: readonly NewEvent[] = JSON.parse(JSON.stringify(read))
    expect(events).toHaveLength(4)
    const left = kept(CHECKS, events)
    expect(left.map(({ action }) => action)).toEqual(['container.exec', 'container.exec.exit'])
  })

  test.each([
    [{ action: ['image.pull'] }],
    [{ action: ['image.*'] }],
    [{ action: ['tag.*', 'image.pull'] }],
    [{ nativeAction: ['pull'] }],
    [{ outcome: ['unknown'] }],
    [{ actor: ['kube*'] }],
    [{ namespace: ['team'], repository: ['app'] }],
    [{ target: ['web*'] }],
    [{ tag: ['1.0'] }],
    [{ ip: ['10.0.*'] }],
    [{ userAgent: ['kube-probe/*'] }],
    [{ command: ['curl -f*'] }],
    [{ execType: ['healthcheck'] }],
  ])('%j fits', (fields) => {
    expect(kept({ name: 'r', source: 'engine/host1', ...fields }, [PULL])).toEqual([])
  })

  test.each([
    [{ action: ['image.pul'] }],
    [{ action: ['image.pull.*'] }],
    [{ action: ['Image.pull'] }],
    [{ actor: ['kubelet'], tag: ['2.0'] }],
    [{ outcome: ['success'] }],
    [{ source: 'engine/host2', action: ['image.pull'] }],
    [{ source: 'docker-authz/*', action: ['image.pull'] }],
    [{}],
  ])('%j does not', (fields) => {
    expect(kept({ name: 'r', source: 'engine/host1', ...fields }, [PULL])).toEqual([PULL])
  })

  test('a field that an event has not, or not as text, fits nothing', () => {
    const odd = { action: 'image.pull', actor: { name: JSON.parse('7') }, details: {} }
    const rule = { name: 'r', source: 'engine/*' }
    expect(kept({ ...rule, actor: ['7'] }, [odd])).toEqual([odd])
    expect(kept({ ...rule, command: ['x*'] }, [odd])).toEqual([odd])
  })

  test('gaps and what could not be read are never left out', () => {
    const events = ['source.gap', 'source.dead-letter', 'collector.gap'].map((action) => ({
      ...PULL,
      action,
    }))
    expect(kept({ name: 'r', source: 'engine/*', actor: ['kubelet'] }, events)).toEqual(events)
  })

  test('rules are compared with what would be recorded, without its secrets', () => {
    const event = { ...PULL, details: { command: 'curl -u bob:hunter2 x' } }
    const rule = { name: 'r', source: 'engine/*' }
    expect(kept({ ...rule, command: ['curl -u bob:hunter2*'] }, [event])).toEqual([event])
    expect(kept({ ...rule, command: ['curl -u*'] }, [event])).toEqual([])
  })
})

test('what is left out is counted by rule and source, and a rule without use is listed', () => {
  const rules = [CHECKS, { name: 'probes', source: 'engine/*', userAgent: ['kube-probe/*'] }]
  const skips = new SkippedEvents(rules)
  skips.sorted([PULL, PULL], ENGINE)
  skips.sorted([PULL], { kind: 'engine', name: 'host2' })
  expect(skips.counts()).toEqual([
    { rule: 'checks', source: 'engine/*', events: 0 },
    { rule: 'probes', source: 'engine/host1', events: 2 },
    { rule: 'probes', source: 'engine/host2', events: 1 },
  ])
})

test('names of senders do not make counts without end', () => {
  const skips = new SkippedEvents([{ name: 'r', source: 'distribution/*', actor: ['kubelet'] }])
  for (let index = 0; index < 1100; index += 1) {
    skips.sorted([PULL], { kind: 'distribution', name: `r${index}` })
  }
  expect(skips.counts()).toHaveLength(1001)
  expect(skips.counts().at(-1)).toEqual({ rule: 'r', source: 'others', events: 100 })
})

describe('every kind of source and collector', () => {
  const other = { ...PULL, actor: { name: 'alice' } }
  const translation: Translation = {
    events: [PULL, other],
    deadLetters: [{ reason: 'odd', body: Buffer.from('{') }],
    skipped: { 'blob event': 3 },
  }
  const expected = {
    events: [other],
    deadLetters: translation.deadLetters,
    skipped: { 'blob event': 3, 'rule r': 1 },
  }
  const skipsOf = (kind: string) =>
    new SkippedEvents([{ name: 'r', source: `${kind}/one`, actor: ['kubelet'] }])

  test('a webhook', () => {
    const source = { kind: 'distribution', bodyBytesMax: 1, translate: () => translation }
    const delivery = { headers: {}, body: Buffer.alloc(0), sourceName: 'one', tenant: 't' }
    const skipping = webhookSkipping(source, skipsOf('distribution'))
    expect(skipping.translate(delivery)).toEqual(expected)
    expect(skipping.translate({ ...delivery, sourceName: 'two' })).toEqual(translation)
  })

  test('one that is connected to', async () => {
    const stored: Translation[] = []
    const source = watchedSkipping(
      {
        ...{ kind: 'engine', name: 'one', tenant: undefined },
        watch: (watch) => watch.store(translation),
      },
      skipsOf('engine'),
    )
    await source.watch({
      position: undefined,
      signal: new AbortController().signal,
      store: async (one) => void stored.push(one),
      moveTo: () => undefined,
      gap: async () => undefined,
    })
    expect(stored).toEqual([expected])
  })

  test('one that is called', async () => {
    const taken: Translation[] = []
    const source = calledSkipping(
      {
        ...{ kind: 'docker-authz', name: 'one', tenant: undefined },
        listen: async () => ({
          begin: (intake: CallIntake) => {
            intake.take(translation)
            void intake.record(translation)
          },
          close: async () => undefined,
        }),
      },
      skipsOf('docker-authz'),
    )
    const listening = await source.listen()
    listening.begin({
      take: (one) => taken.push(one),
      record: async (one) => void taken.push(one),
      clock: () => 0,
      trouble: () => undefined,
    })
    expect(taken).toEqual([expected, expected])
  })

  test('a collector, which keeps its position all the same', async () => {
    const appended: (readonly NewEvent[])[] = []
    const positions: unknown[] = []
    const collector = collectorSkipping(
      {
        ...{ kind: 'quay', name: 'one', everyMs: 1 },
        async collect({ sink }) {
          expect(await sink.append([PULL, other])).toEqual({ accepted: 1, duplicates: 0 })
          expect(await sink.append([PULL])).toEqual({ accepted: 0, duplicates: 0 })
          await sink.savePosition({ at: 2 })
        },
      },
      skipsOf('quay'),
    )
    await collector.collect({
      sink: {
        async append(events) {
          appended.push(events)
          return { accepted: events.length, duplicates: 0 }
        },
        position: async () => undefined,
        savePosition: async (position) => void positions.push(position),
      },
      signal: new AbortController().signal,
      report: () => undefined,
      trouble: () => undefined,
    })
    expect(appended).toEqual([[other]])
    expect(positions).toEqual([{ at: 2 }])
  })
})
