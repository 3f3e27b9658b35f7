import { expect, test } from 'vitest'
import { engineProblem } from '../../../../src/config/groups/engine-settings.ts'

const socket = '/run/podman/podman.sock'
const url = 'https://host:2376'

test.each([
  [{ socket }],
  [{ url }],
  [{ url: 'http://127.0.0.1:2375' }],
  [{ url, certificateAuthorityFile: 'ca' }],
  [{ url, certificateFile: 'c', keyFile: 'k' }],
])('an engine can be given as %j', (settings) => {
  expect(engineProblem(settings)).toBeUndefined()
})

test.each([
  [{}, 'expected either socket or url'],
  [{ socket, url }, 'expected either socket or url'],
  [{ socket, certificateFile: 'c', keyFile: 'k' }, 'certificates need an https: url'],
  [{ url: 'http://h', certificateAuthorityFile: 'a' }, 'certificates need an https: url'],
  [{ url, certificateFile: 'c' }, 'certificateFile and keyFile must be given together'],
])('%j is refused: %s', (settings, problem) => {
  expect(engineProblem(settings)).toBe(problem)
})
