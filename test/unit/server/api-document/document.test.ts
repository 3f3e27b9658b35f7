import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RouteOptions } from 'fastify'
import { Check } from 'typebox/schema'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  type DescribedOperation,
  type Document,
  describedServer,
} from '../../../support/described-server.ts'
import { parseTranscript } from '../../../support/transcript-text.ts'

let document: Document
let routes: RouteOptions[]

beforeAll(async () => {
  const described = await describedServer()
  document = described.document
  routes = described.routes
})

interface Named {
  readonly label: string
  readonly operation: DescribedOperation
}

function operations(): readonly Named[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      label: `${method.toUpperCase()} ${path}`,
      operation,
    })),
  )
}

/** A path of the document as a pattern. A repository's own path may have slashes. */
function patternOf(path: string): RegExp {
  const escaped = path.replace(/[.]/g, '\\.').replace(/\/$/, '')
  return new RegExp(
    `^${escaped.replaceAll('{repository}', '[^/]+(?:/[^/]+)*').replace(/\{\w+\}/g, '[^/]+')}/?$`,
  )
}

/** The operation that answers a request, if any: a path without parameters wins. */
function operationOf(method: string, path: string): DescribedOperation | undefined {
  const found = Object.keys(document.paths)
    .filter((described) => patternOf(described).test(path))
    .toSorted((one, other) => one.split('{').length - other.split('{').length)
  return found
    .map((described) => document.paths[described]?.[method.toLowerCase()])
    .find((operation) => operation !== undefined)
}

test('every route that a dialect registers is in the document', () => {
  const visible = routes.filter(({ schema }) => schema?.hide !== true)
  const isDescribed = ({ url, method }: RouteOptions) => {
    // A route that takes the rest of a path has an operation for each form of it.
    if (url.endsWith('*')) return Object.keys(document.paths).some((path) => isUnder(url, path))
    const sample = url.replace(/:\w+/g, 'x')
    return [method].flat().some((one) => one === 'HEAD' || operationOf(one, sample) !== undefined)
  }
  const missing = visible.filter((route) => !isDescribed(route)).map(({ url }) => url)
  expect(visible.length).toBeGreaterThan(100)
  expect(missing).toEqual([])
})

function isUnder(url: string, path: string): boolean {
  return path.replace(/\{(\w+)\}/g, ':$1').startsWith(url.slice(0, -1))
}

test('the sources, health and figures are in the document', () => {
  const paths = ['/healthz', '/readyz', '/metrics', '/openapi.json']
  for (const path of paths) expect(operationOf('GET', path)?.responses).toHaveProperty('200')
  for (const kind of ['distribution', 'buildbot']) {
    expect(operationOf('POST', `/v1/sources/${kind}/a`)?.responses).toHaveProperty('202')
  }
})

test('every operation has an id of its own, a summary, a known tag and a described 4xx', () => {
  const all = operations()
  const tags = new Set(document.tags.map(({ name }) => name))
  expect(new Set(all.map(({ operation }) => operation.operationId)).size).toBe(all.length)
  for (const { label, operation } of all) {
    const statuses = Object.keys(operation.responses)
    expect([label, operation.summary]).toEqual([label, expect.stringMatching(/./)])
    expect([label, operation.tags.every((tag) => tags.has(tag))]).toEqual([label, true])
    expect([label, statuses.some((status) => status.startsWith('2'))]).toEqual([label, true])
    expect([label, statuses.some((status) => status.startsWith('4'))]).toEqual([label, true])
    for (const { description } of Object.values(operation.responses)) {
      expect([label, description]).toEqual([label, expect.stringMatching(/\w/)])
    }
  }
})

test('every body has an example that its schema allows', () => {
  const wrong = operations().flatMap(({ label, operation }) =>
    [operation.requestBody, ...Object.values(operation.responses)].flatMap((part) =>
      Object.entries(part?.content ?? {})
        .filter(([, { schema, example }]) => example === undefined || !Check(schema, example))
        .map(([mediaType, { example }]) => [label, mediaType, example]),
    ),
  )
  expect(wrong).toEqual([])
})

describe('a status that a transcript sees is declared', () => {
  const root = fileURLToPath(new URL('../../../transcripts', import.meta.url))
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  test.each(files.filter((file) => file.endsWith('.transcript')))('%s', (file) => {
    const undeclared = parseTranscript(readFileSync(join(root, file), 'utf8')).flatMap((step) => {
      const [method = '', target = ''] = step.request.start.split(' ', 2)
      const operation = operationOf(method, decoded(target.split('?', 1)[0] ?? ''))
      const status = step.response.start.trim()
      const isDeclared = operation === undefined || status in operation.responses
      return isDeclared ? [] : [`line ${step.line}: ${method} ${target.slice(0, 80)}: ${status}`]
    })
    expect(undeclared).toEqual([])
  })
})

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
