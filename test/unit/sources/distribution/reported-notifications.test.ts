import { describe, expect, test } from 'vitest'
import { RECEIVED, reportedBody, stored, translate } from './captured.ts'

describe("a registry's notification is read whole, whichever registry sent it", () => {
  test("GitLab's rename has both paths and who did it, without the signed token", () => {
    const body = reportedBody('gitlab-rename')
    const [event, ...others] = stored(body)
    expect(others).toEqual([])
    expect(event).toMatchObject({
      action: 'repository.rename',
      category: 'repository',
      nativeAction: 'rename',
      outcome: 'success',
      time: '2026-10-22T18:39:11.410627Z',
      actor: { name: 'mia', kind: 'user' },
      client: { ip: '10.20.0.9', userAgent: 'GitLab/17.6.0' },
      target: { type: 'repository', namespace: 'acme', repository: 'shop/web' },
      message: 'mia renamed acme/shop/web to acme/store/web',
      details: {
        from: 'acme/shop/web',
        to: 'acme/store/web',
        rename: { type: 'namespace', from: 'acme/shop/web', to: 'acme/store/web' },
        actor: { user_type: 'gitlab_or_ldap', user: '[redacted]' },
        request: { id: 'req-rn-1', host: 'registry.example.com', method: 'PATCH' },
        source: { addr: 'reg-7f9:5000' },
      },
    })
    expect(JSON.stringify(event)).not.toContain('eyJ')
  })

  test('a rename that names the repository by its paths alone is that of the old one', () => {
    const [sent] = JSON.parse(reportedBody('gitlab-rename').toString()).events
    const { repository: _repository, ...target } = sent.target
    const [event] = stored(JSON.stringify({ events: [{ ...sent, target }] }))
    expect(event?.target).toMatchObject({ namespace: 'acme', repository: 'shop/web' })
  })

  test("a push and a deletion as Azure's registry sends them, without an envelope", () => {
    expect(stored(reportedBody('acr-push-bare'))).toMatchObject([
      {
        action: 'image.push',
        time: '2026-11-17T16:52:01.343145Z',
        source: { eventId: 'cb8c3971-0000-488b-bdd8-000000000001' },
        actor: null,
        target: { type: 'image', namespace: 'shop', repository: 'hello', tag: 'v1' },
        client: { userAgent: 'docker/27.0 go/go1.21' },
        details: { size: 524, request: { host: 'acmereg.azurecr.io', method: 'PUT' } },
      },
    ])
    expect(stored(reportedBody('acr-delete-bare'))).toMatchObject([
      {
        action: 'image.delete',
        target: { digest: expect.stringMatching(/^sha256:80f0/), repository: 'hello' },
      },
    ])
  })

  test("Azure's ping is skipped, and is no dead letter", () => {
    const nothing = { events: [], deadLetters: [], skipped: { ping: 1 } }
    const ping = reportedBody('acr-ping-bare')
    expect(translate(ping)).toEqual(nothing)
    expect(translate(`{"events":[${ping}]}`)).toEqual(nothing)
  })

  test.each([
    ['chart_push', { action: 'chart.push', category: 'image' }, 'pushed chart'],
    ['chart_delete', { action: 'chart.delete', category: 'image' }, 'deleted chart'],
    ['quarantine', { action: 'image.quarantine', category: 'image' }, 'quarantined'],
  ])("Azure's %s has an action of its own", (action, expected, words) => {
    const [sent] = [JSON.parse(reportedBody('acr-push-bare').toString())]
    expect(stored(JSON.stringify({ ...sent, action }))).toMatchObject([
      {
        ...expected,
        nativeAction: action,
        outcome: 'success',
        message: `An unnamed client ${words} shop/hello:v1`,
      },
    ])
  })

  test('a verb that Waybill does not know keeps actor, target, client and time', () => {
    const [sent] = JSON.parse(reportedBody('plus-email-actor').toString()).events
    const body = JSON.stringify({ events: [{ ...sent, action: 'restore' }] })
    expect(stored(body)).toMatchObject([
      {
        action: 'registry.notify',
        category: 'registry',
        nativeAction: 'restore',
        outcome: 'unknown',
        level: 'info',
        time: '2026-11-20T08:00:00.000000Z',
        actor: { name: 'jane+registry@example.com' },
        client: { ip: '10.20.0.11' },
        target: { type: 'image', namespace: 'acme', repository: 'api', tag: '1.0' },
        message: 'The registry reported restore by jane+registry@example.com on acme/api:1.0',
      },
    ])
  })

  test('an IPv6 zone costs nothing: the address is found, and the zone is kept', () => {
    expect(stored(reportedBody('ipv6-zone'))).toMatchObject([
      {
        action: 'image.pull',
        actor: { name: 'u' },
        target: { namespace: 'net', repository: 'zone', tag: '1' },
        client: { ip: 'fe80::f829:87f0:45c6:192a' },
        details: { request: { addr: '[fe80::f829:87f0:45c6:192a%eth0]:41882' } },
      },
    ])
  })

  test.each([
    ['0001-01-01T00:00:00Z'],
    ['2026-11-20 08:00:00'],
    ['1969-12-31T23:59:59Z'],
    ['2200-01-01T00:00:00Z'],
    ['yesterday'],
  ])('the time %s is that of receipt, and is kept as it was sent', (timestamp) => {
    const [sent] = JSON.parse(reportedBody('ipv6-zone').toString()).events
    expect(stored(JSON.stringify({ events: [{ ...sent, timestamp }] }))).toMatchObject([
      { action: 'image.pull', time: RECEIVED, details: { asSent: { '/time': timestamp } } },
    ])
  })
})

describe('a HEAD is told from a pull', () => {
  test('a tag that was looked up by HEAD was inspected, and what followed was pulled', () => {
    const events = stored(reportedBody('head-then-get'))
    expect(events.map(({ action, message }) => [action, message])).toEqual([
      ['image.inspect', 'node7 inspected hg/server:8.1.0'],
      ['image.pull', 'node7 pulled hg/server@sha256:cccccccccccc'],
      ['image.pull', 'node7 pulled hg/server@sha256:dddddddddddd'],
    ])
    expect(events[0]).toMatchObject({
      category: 'image',
      nativeAction: 'pull',
      outcome: 'success',
      target: { type: 'image', namespace: 'hg', repository: 'server', tag: '8.1.0' },
      details: { request: { method: 'HEAD' } },
    })
  })

  test.each([
    ['pull', 'GET', 'image.pull'],
    ['pull', undefined, 'image.pull'],
    ['pull', ['HEAD'], 'image.pull'],
    ['push', 'HEAD', 'image.push'],
    ['delete', 'HEAD', 'tag.delete'],
    ['restore', 'HEAD', 'registry.notify'],
  ])('%s by %s is %s', (action, method, expected) => {
    const [sent] = JSON.parse(reportedBody('head-then-get').toString()).events
    const request = { ...sent.request, method }
    expect(stored(JSON.stringify({ events: [{ ...sent, action, request }] }))).toMatchObject([
      { action: expected },
    ])
  })
})

describe('the kind of an account is guessed from its name, and settings correct the guess', () => {
  const kindOf = (body: Buffer | string, settings = {}) => stored(body, settings)[0]?.actor?.kind
  const named = (name: string) => {
    const [sent] = JSON.parse(reportedBody('plus-email-actor').toString()).events
    return JSON.stringify({ events: [{ ...sent, actor: { name } }] })
  }

  test('an e-mail address with a plus is a user', () => {
    expect(kindOf(reportedBody('plus-email-actor'))).toBe('user')
  })

  test('a service account of Kubernetes is a service', () => {
    expect(kindOf(reportedBody('serviceaccount-actor'))).toBe('service')
  })

  test("Harbor's prefix of robots can be another one", () => {
    const body = reportedBody('robot-prefix')
    expect(kindOf(body)).toBe('user')
    expect(kindOf(body, { robotNamePrefixes: ['robot$', 'robot-'] })).toBe('robot')
  })

  test.each([
    ['acme+ci', 'robot'],
    ['robot$ci', 'robot'],
    ['robot$acme+ci', 'robot'],
    ['+ci', 'user'],
    ['acme+', 'user'],
    ['a+b+c', 'user'],
    ['+', 'user'],
    ['jane+ci@example.com', 'user'],
    ['system:serviceaccount:ci:builder', 'service'],
    ['system:serviceaccounts', 'user'],
    ['robot', 'user'],
  ])('%s is a %s', (name, kind) => {
    expect(kindOf(named(name))).toBe(kind)
  })

  test('the longest prefix decides, in whichever list it is', () => {
    const settings = {
      robotNamePrefixes: ['ci-', 'ci-human-bot-'],
      serviceNamePrefixes: ['ci-deploy'],
      userNamePrefixes: ['ci-human', 'jane+'],
    }
    expect(kindOf(named('ci-1'), settings)).toBe('robot')
    expect(kindOf(named('ci-deployer'), settings)).toBe('service')
    expect(kindOf(named('ci-human'), settings)).toBe('user')
    expect(kindOf(named('ci-human-bot-1'), settings)).toBe('robot')
    expect(kindOf(named('jane+ci'), settings)).toBe('user')
    expect(kindOf(named('robot$ci'), settings)).toBe('user')
  })
})
