import { Title } from '@patternfly/react-core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ApiProblem } from '../api/api-problem.ts'
import { requestJson } from '../api/request.ts'
import { ErrorNotice } from '../shell/error-notice.tsx'

/** Pause between two readings of what is shown, ms. */
const REFRESH_MS = 15_000

/** A part of the page with what one route answers, or why that cannot be shown. */
export function Part<Answer>({
  title,
  path,
  needs,
  children,
}: {
  readonly title: string
  readonly path: string
  /** Who may see it, as the end of a sentence. */
  readonly needs: string
  readonly children: (answer: Answer) => ReactNode
}) {
  const { data, error, refetch } = useQuery({
    queryKey: ['operations', path],
    queryFn: ({ signal }) => requestJson<Answer>(path, { signal }),
    refetchInterval: REFRESH_MS,
    staleTime: 0,
    retry: false,
  })
  const isDenied = error instanceof ApiProblem && error.status === 403
  return (
    <section aria-label={title}>
      <Title headingLevel="h2" size="lg">
        {title}
      </Title>
      {isDenied && <p className="quiet">Shown to {needs}.</p>}
      {error !== null && !isDenied && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data !== undefined && children(data)}
    </section>
  )
}
