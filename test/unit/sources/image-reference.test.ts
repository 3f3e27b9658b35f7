import { expect, test } from 'vitest'
import { parseImageReference } from '../../../src/sources/image-reference.ts'

const DIGEST = `sha256:${'ab'.repeat(32)}`

test.each([
  ['busybox', { namespace: 'library', repository: 'busybox' }],
  ['busybox:1.36', { namespace: 'library', repository: 'busybox', tag: '1.36' }],
  ['team/app', { namespace: 'team', repository: 'app' }],
  ['docker.io/team/app', { registry: 'docker.io', namespace: 'team', repository: 'app' }],
  [
    '127.0.0.1:5000/team/app:1',
    { registry: '127.0.0.1:5000', namespace: 'team', repository: 'app', tag: '1' },
  ],
  ['localhost/app:1', { registry: 'localhost', namespace: 'library', repository: 'app', tag: '1' }],
  [
    `quay.io/a/b/c@${DIGEST}`,
    { registry: 'quay.io', namespace: 'a', repository: 'b/c', digest: DIGEST },
  ],
  [
    `[::1]:5000/a/b:t@${DIGEST}`,
    { registry: '[::1]:5000', namespace: 'a', repository: 'b', tag: 't', digest: DIGEST },
  ],
])('%s is split', (text, parts) => {
  expect(parseImageReference(text)).toEqual(parts)
})

test.each([
  DIGEST,
  'ab'.repeat(32),
  '',
  'a//b',
  '../etc',
  'Team/App',
  'a:b:c',
  'a b',
  '<none>:<none>',
])('%j is no name of an image', (text) => {
  expect(parseImageReference(text)).toBeUndefined()
})
