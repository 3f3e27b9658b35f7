import { describe, expect, test } from 'vitest'
import { eventsOf, eventsOfProduct, ID, line } from './captured.ts'

type Members = Parameters<typeof line>[0]

function event(members: Members) {
  const [only] = eventsOf(line(members))
  if (only === undefined) throw new Error('no event')
  return only
}

describe('both engines’ words for one thing', () => {
  test.each([
    ['container', 'destroy', 'remove', 'container.delete'],
    ['container', 'die', 'died', 'container.exit'],
    ['container', 'exec_create: x', 'exec', 'container.exec'],
    ['container', 'exec_die', 'exec_died', 'container.exec.exit'],
    ['network', 'destroy', 'remove', 'network.delete'],
    ['volume', 'destroy', 'remove', 'volume.delete'],
    ['image', 'delete', 'remove', 'image.delete'],
  ])('%s %s and %s are %s', (Type, docker, podman, action) => {
    expect(event({ Type, Action: docker }).action).toBe(action)
    expect(event({ Type, Action: podman }).action).toBe(action)
  })

  test('the word itself is kept', () => {
    expect(event({ Action: 'died' }).nativeAction).toBe('died')
    expect(event({ Action: 'exec_create: ls /' }).nativeAction).toBe('exec_create')
  })
})

describe('how it ended', () => {
  test.each([
    [{ Action: 'die', Attributes: { exitCode: '0' } }, 'success', 'info'],
    [{ Action: 'die', Attributes: { exitCode: '7' } }, 'failure', 'warn'],
    [{ Action: 'die' }, 'unknown', 'info'],
    [{ Action: 'die', Attributes: { exitCode: 'none' } }, 'unknown', 'info'],
    [{ Action: 'exec_died', Attributes: { containerExitCode: '0' } }, 'success', 'info'],
    [{ Action: 'exec_died', Attributes: { containerExitCode: '126' } }, 'failure', 'warn'],
    [{ Action: 'died', Attributes: { containerExitCode: '137' } }, 'failure', 'warn'],
    [{ Action: 'die', Attributes: { exitCode: '1', containerExitCode: '0' } }, 'failure', 'warn'],
    // Whatever a container ended with, it was removed.
    [{ Action: 'remove', Attributes: { containerExitCode: '137' } }, 'success', 'info'],
    [{ Action: 'start', Attributes: { containerExitCode: '0' } }, 'success', 'info'],
    [{ Action: 'oom' }, 'failure', 'error'],
    [{ Action: 'health_status: healthy' }, 'success', 'info'],
    [{ Action: 'health_status: unhealthy' }, 'failure', 'warn'],
    [{ Type: 'image', Action: 'pull-error', id: '' }, 'failure', 'error'],
    [{ Type: 'image', Action: 'push', id: 'a', Attributes: { name: 'a' } }, 'success', 'info'],
  ])('%j is a %s', (members, outcome, level) => {
    expect(event(members)).toMatchObject({ outcome, level })
  })
})

describe('success of what an engine also says of failures needs that it is Docker', () => {
  const words = ['pull', 'push', 'load', 'loadfromarchive', 'save', 'import', 'untag', 'delete']

  test.each(words)('%s of an image', (Action) => {
    const text = line({ Type: 'image', Action, id: 'q.io/t/a:1', Attributes: { podId: '' } })
    const outcomes = (['docker', 'podman', undefined] as const).map(
      (product) => eventsOfProduct(product, text)[0]?.outcome,
    )
    expect(outcomes).toEqual(['success', 'unknown', 'unknown'])
  })

  test('a word that no table names', () => {
    const text = line({ Type: 'artifact', Action: 'pull' })
    expect(eventsOfProduct('podman', text)[0]?.outcome).toBe('unknown')
    const failed = line({ Type: 'artifact', Action: 'push-error' })
    expect(eventsOfProduct('podman', failed)[0]?.outcome).toBe('failure')
  })
})

test('attributes that no rule needs are kept, also without a value', () => {
  const Attributes = {
    name: 'web',
    podId: '',
    containerExitCode: '0',
    execType: 'healthcheck',
    flag: '',
  }
  expect(event({ Attributes }).details).toMatchObject({
    ...{ podId: '', containerExitCode: '0', execType: 'healthcheck' },
    labels: { flag: '' },
  })
  expect(event({ Attributes }).details?.['name']).toBeUndefined()
})

describe('what was acted upon', () => {
  test('an image that Docker pulled, whose whole name is the id', () => {
    const pulled = { Type: 'image', Action: 'pull', id: 'alpine:3', Attributes: { name: 'alpine' } }
    expect(event(pulled)).toMatchObject({
      target: {
        type: 'image',
        name: 'alpine:3',
        namespace: 'library',
        repository: 'alpine',
        tag: '3',
      },
      message: 'image alpine:3 pulled',
    })
  })

  test('an image that Podman pulled, whose id is empty', () => {
    const pulled = { Type: 'image', Action: 'pull', id: '', Attributes: { name: 'q.io/t/a:1' } }
    expect(eventsOfProduct('podman', line(pulled))[0]).toMatchObject({
      target: { type: 'image', name: 'q.io/t/a:1', namespace: 't', repository: 'a', tag: '1' },
      details: { registry: 'q.io' },
      outcome: 'unknown',
      message: 'pull of image q.io/t/a:1',
    })
  })

  test('a volume of Docker has its name in the id', () => {
    const made = event({ Type: 'volume', Action: 'create', id: 'v1', Attributes: { driver: 'l' } })
    expect(made.target).toEqual({ type: 'volume', id: 'v1', name: 'v1' })
    expect(made.details).toMatchObject({ driver: 'l' })
  })

  test('a network names the container that was connected', () => {
    const connected = event({
      Type: 'network',
      Action: 'connect',
      Attributes: { container: ID, name: 'web', type: 'bridge' },
    })
    expect(connected).toMatchObject({
      target: { type: 'network', id: ID, name: 'web' },
      details: { container: ID, type: 'bridge' },
      message: 'container connected to network web',
    })
  })
})

describe('what no table names', () => {
  test.each([
    ['secret', 'create', 'secret.create', 'system'],
    ['pod', 'kill', 'pod.kill', 'system'],
    ['container', 'Some_New: thing', 'container.some-new', 'container'],
    ['1st', '???', 'st.unnamed', 'system'],
    ['constructor', 'toString', 'constructor.tostring', 'system'],
  ])('%s %s is kept as %s', (Type, Action, action, category) => {
    expect(event({ Type, Action })).toMatchObject({ action, category })
  })
})

describe('labels and command lines', () => {
  test('are redacted', () => {
    const exec = event({
      Action: 'exec_create: mysql --password hunter2',
      Attributes: { 'db.password': 'hunter2', team: 'payments' },
    })
    expect(exec.details).toMatchObject({
      command: 'mysql --password [redacted]',
      labels: { 'db.password': '[redacted]', team: 'payments' },
    })
    expect(JSON.stringify(exec)).not.toContain('hunter2')
  })

  test('too many of them are counted, so that the event stays in bounds', () => {
    const Attributes = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`label${index}`, 'x'.repeat(5000)]),
    )
    const long = event({ Action: `exec_create: ${'y'.repeat(9000)}`, Attributes })
    expect(long.details?.['labels']).toMatchObject({ items: 40 })
    expect(long.details?.['command']).toHaveLength(4097)
  })
})
