import { expect, test } from 'vitest'
import { namedEngine } from '../../../../src/config/groups/docker-authz-settings.ts'

const ENGINES = [{ name: 'host1' }, { name: 'host2' }]

test('a plugin has the engine that it names, or none', () => {
  expect(namedEngine({ name: 'plugin', engine: 'host2' }, ENGINES)).toBe(ENGINES[1])
  expect(namedEngine({ name: 'plugin' }, ENGINES)).toBeUndefined()
})

test('an engine that does not exist is refused by name', () => {
  expect(() => namedEngine({ name: 'plugin', engine: 'host3' }, ENGINES)).toThrow(
    'sources.dockerAuthz: plugin uses the engine host3, which is not in sources.engine',
  )
})
