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
  [{}, 'expected one of socket and url'],
  [{ socket, url }, 'expected one of socket and url'],
  [{ socket, certificateFile: 'c', keyFile: 'k' }, 'certificates are for an https: url'],
  [{ url: 'http://h', certificateAuthorityFile: 'a' }, 'certificates are for an https: url'],
  [{ url, certificateFile: 'c' }, 'certificateFile and keyFile go together'],
])('%j is refused: %s', (settings, problem) => {
  expect(engineProblem(settings)).toBe(problem)
})
