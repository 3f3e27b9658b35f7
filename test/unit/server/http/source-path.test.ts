import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  shownSourcePath,
  sourceSegments,
  tidySourceUrl,
} from '../../../../src/server/http/source-path.ts'

describe('a URL under /v1/sources/ is taken with slashes too many', () => {
  test.each([
    ['/v1/sources/distribution/hub', '/v1/sources/distribution/hub'],
    ['/v1/sources/distribution/hub/', '/v1/sources/distribution/hub'],
    ['/v1/sources/distribution/hub//', '/v1/sources/distribution/hub'],
    ['/v1/sources//distribution//hub', '/v1/sources/distribution/hub'],
    ['//v1///sources/distribution/hub/', '/v1/sources/distribution/hub'],
    ['/v1/sources/distribution/hub/?token=a//b/', '/v1/sources/distribution/hub?token=a//b/'],
  ])('%s is %s', (url, tidy) => {
    expect(tidySourceUrl(url)).toBe(tidy)
  })

  test.each(['/', '//api/v1/', '/v1/events/', '/v1//events', '/v1/sources', '/x//v1/sources/a/b'])(
    '%s is left as it is',
    (url) => {
      expect(tidySourceUrl(url)).toBe(url)
    },
  )

  test('any query stays as it was', () => {
    fc.assert(
      fc.property(fc.string(), (query) => {
        const url = tidySourceUrl(`/v1/sources/a/b/?${query}`)
        expect(url).toBe(`/v1/sources/a/b?${query}`)
      }),
    )
  })
})

describe('what the log shows of a path', () => {
  test.each([
    ['/v1/sources/distribution/hub?token=secret', '/v1/sources/distribution/hub'],
    ['/v1/sources/distribution/hub%3Ftoken=secret', '/v1/sources/distribution/…'],
    ['/v1/sources/distribution/hub;token=secret', '/v1/sources/distribution/…'],
    ['/v1/sources/distribution/hub/secret', '/v1/sources/distribution/hub/…'],
    [`/v1/sources/${'s'.repeat(40)}/hub`, '/v1/sources/…/hub'],
    ['/v1/sources/', '/v1/sources/'],
  ])('%s is shown as %s', (url, shown) => {
    expect(shownSourcePath(sourceSegments(url) ?? [])).toBe(shown)
  })

  test('other paths have nothing to do with sources', () => {
    expect(sourceSegments('/v1/events?next=/v1/sources/a/b')).toBeUndefined()
  })
})
