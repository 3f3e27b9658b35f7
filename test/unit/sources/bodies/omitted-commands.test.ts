import { describe, expect, test } from 'vitest'
import {
  calledWith,
  watchedWith,
  withoutCommands,
} from '../../../../src/sources/bodies/omitted-commands.ts'
import type { CallIntake } from '../../../../src/sources/called-source.ts'
import type { Translation } from '../../../../src/sources/source.ts'

const exec = (command: unknown) => ({
  action: 'container.exec',
  nativeAction: 'exec_create',
  details: JSON.parse(JSON.stringify({ timeNano: '1', command })),
})
const translationOf = (event: Translation['events'][number]): Translation => ({
  events: [event],
  deadLetters: [],
  skipped: {},
})

describe('without command lines', () => {
  test.each([
    ['mysql -uroot -phunter2', 'mysql'],
    ['/usr/local/bin/redis-cli ping', 'redis-cli'],
    ['PGPASSWORD=hunter2 psql -h db', 'psql'],
    [['sh', '-c', 'echo hunter2'], 'sh'],
    ['"two words" hunter2', undefined],
    ['bob:hunter2', undefined],
    [`ghp_${'a1B2'.repeat(9)}`, undefined],
    ['', undefined],
    [7, '7'],
  ])('of %j the program %s is left', (command, program) => {
    const { events } = withoutCommands(translationOf(exec(command)))
    expect(events[0]?.details).toEqual({ timeNano: '1', ...(program && { program }) })
  })

  test('nothing is left of labels, attributes and members that hold commands', () => {
    const details = {
      labels: {
        run: 'docker run -v /a:/b app',
        'ofelia.job-exec.backup.command': 'backup --to there',
        'com.example.healthcheck': 'wget there',
        team: 'payments',
      },
      health_log: 'connected to there',
      members: { status: 'exec_start: backup --to there', Entrypoint: ['backup', 'there'] },
      image: 'app',
    }
    const { events } = withoutCommands(translationOf({ action: 'container.start', details }))
    expect(events[0]?.details).toEqual({
      labels: {
        run: '[omitted]',
        'ofelia.job-exec.backup.command': '[omitted]',
        'com.example.healthcheck': '[omitted]',
        team: 'payments',
      },
      health_log: '[omitted]',
      members: { status: 'exec_start: [omitted]', Entrypoint: '[omitted]' },
      image: 'app',
    })
  })

  test('what cannot be read is kept by its size and digest', () => {
    const body = Buffer.from('{"Action":"exec_create: backup --to there')
    const letters = [{ reason: 'why', body }]
    const { deadLetters } = withoutCommands({ events: [], deadLetters: letters, skipped: {} })
    expect(deadLetters).toHaveLength(1)
    expect(JSON.parse(String(deadLetters[0]?.body))).toEqual({
      bytes: body.length,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })
})

test('a source that is watched stores no command line, and all else as it was', async () => {
  const stored: Translation[] = []
  const source = watchedWith(
    {
      kind: 'engine',
      name: 'host1',
      tenant: undefined,
      watch: (watch) => watch.store(translationOf(exec('mysql -phunter2'))),
    },
    'omitted',
  )
  await source.watch({
    position: undefined,
    signal: new AbortController().signal,
    store: async (translation) => void stored.push(translation),
    moveTo: () => undefined,
    gap: async () => undefined,
  })
  expect(stored).toEqual([
    translationOf({ ...exec(''), details: { timeNano: '1', program: 'mysql' } }),
  ])
})

test('a source that is called takes no command line', async () => {
  const taken: Translation[] = []
  const source = calledWith(
    {
      kind: 'docker-authz',
      name: 'host1',
      tenant: undefined,
      listen: async () => ({
        begin: (intake) => {
          intake.take(translationOf(exec('mysql -phunter2')))
          void intake.record(translationOf(exec('mysql -phunter2')))
        },
        close: async () => undefined,
      }),
    },
    'omitted',
  )
  const intake: CallIntake = {
    take: (translation) => void taken.push(translation),
    record: async (translation) => void taken.push(translation),
    clock: () => 0,
    trouble: () => undefined,
  }
  const listening = await source.listen()
  listening.begin(intake)
  expect(JSON.stringify(taken)).not.toContain('hunter2')
  const details = { timeNano: '1', program: 'mysql' }
  expect(taken.map(({ events }) => events[0]?.details)).toEqual([details, details])
})
