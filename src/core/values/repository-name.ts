import { REPOSITORY_LENGTH_MAX } from '../limits.ts'

const SEGMENT = '(?:\\.?[^./%\\\\]|\\.\\.[^/%\\\\])[^/%\\\\]*'

/** What `repositoryProblem` accepts, except for its length, as a pattern (ECMA-262). */
export const REPOSITORY_PATTERN = `^${SEGMENT}(?:/${SEGMENT})*$`

/**
 * What is wrong with a repository path (`app`, `team/app`); undefined when it is valid.
 *
 * It is less strict than the grammar of the OCI distribution specification, since other registries
 * allow capitals, but it never accepts what a URL or a file system could read as another path.
 */
export function repositoryProblem(path: string): string | undefined {
  if (path.length > REPOSITORY_LENGTH_MAX) {
    return `a repository path of at most ${REPOSITORY_LENGTH_MAX} characters`
  }
  if (path.includes('%') || path.includes('\\')) {
    return 'a repository path with plain slashes, without percent-encoding and backslashes'
  }
  for (const segment of path.split('/')) {
    if (segment === '') return 'a repository path without empty segments'
    if (segment === '.' || segment === '..') return 'a repository path without `.` or `..`'
  }
  return undefined
}
