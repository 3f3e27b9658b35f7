import { describe, expect, test } from 'vitest'
import {
  PLACE_PATTERN,
  requirePlace,
  requireText,
  requireUserName,
  TEXT_PATTERN,
  USER_NAME_PATTERN,
} from '../../../../src/access/directory/names.ts'
import {
  REPOSITORY_PATTERN,
  repositoryProblem,
} from '../../../../src/core/values/repository-name.ts'

function isAccepted(check: () => unknown): boolean {
  try {
    check()
    return true
  } catch {
    return false
  }
}

const NAMES = ['a b', ' a', 'a ', '.', '..', '...', '.a', '..a', 'a/b', 'a\\b', 'a*', '*', 'é']

/** Code points: where scripts are, and the edges of the planes for private use. */
const RANGES = [
  [0, 0xd7ff],
  [0xdfff + 1, 0xe003],
  [0xf8fd, 0x1ffff],
  [0xe0000, 0xe1000],
  [0xefffe, 0xf0001],
  [0xffffc, 0x100001],
  [0x10fffc, 0x10ffff],
] as const

/** Each character as a whole name, and between two others. */
function* namesOfEachCharacter(): Generator<string> {
  for (const [first, last] of RANGES) {
    for (let code = first; code <= last; code += 1) {
      const character = String.fromCodePoint(code)
      yield character
      yield `a${character}b`
    }
  }
}

describe('the patterns of the API document are what the server checks', () => {
  test.each([
    ['a text', TEXT_PATTERN, requireText],
    ['a place', PLACE_PATTERN, requirePlace],
    ['a user name', USER_NAME_PATTERN, requireUserName],
  ] as const)('%s', (_what, pattern, require) => {
    const regular = new RegExp(pattern, 'u')
    const different = [...NAMES, ...namesOfEachCharacter()]
      // A pattern cannot express normal forms.
      .filter((name) => name === name.normalize('NFC'))
      .filter((name) => regular.test(name) !== isAccepted(() => require('/name', name)))
    expect(different).toEqual([])
  })

  test('a repository path', () => {
    const regular = new RegExp(REPOSITORY_PATTERN, 'u')
    const paths = ['a', 'a/b', '', '/', 'a/', '/a', 'a//b', '.', '..', '...', './a', 'a/..', '.a']
    for (const path of [...paths, '..a', 'a%2fb', 'a\\b', 'a b', 'é/ü', 'a/.b/..c/...']) {
      expect([path, regular.test(path)]).toEqual([path, repositoryProblem(path) === undefined])
    }
  })
})
