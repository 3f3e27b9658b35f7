import { EmptyState, EmptyStateBody, Label, Title } from '@patternfly/react-core'
import { useQuery } from '@tanstack/react-query'
import { requestJson } from '../api/request.ts'
import { ErrorNotice } from '../shell/error-notice.tsx'
import { VisibleText } from '../shell/visible-text.tsx'
import { fullTime, numberText, ZONE } from '../time/time-text.ts'

/** Pause between two looks at exports that are running, ms. */
const PROGRESS_MS = 2_000

interface ExportJob {
  readonly id: string
  readonly namespace: string
  readonly repository?: string
  readonly from: string
  readonly to: string
  readonly requestedBy: string
  readonly requestedAt: string
  readonly status: string
  readonly entries: number
  readonly bytes?: number
  readonly problem?: string
}

/** The exports that run in the background, and those that ended. */
export function ExportsPage() {
  const { data, error, refetch } = useQuery({
    queryKey: ['exports'],
    queryFn: ({ signal }) =>
      requestJson<{ readonly exports: readonly ExportJob[] }>('/v1/exports', { signal }),
    staleTime: 0,
    refetchInterval: ({ state }) => state.data?.exports.some(isRunning) === true && PROGRESS_MS,
  })
  return (
    <main id="content" className="page-column">
      <Title headingLevel="h1">Exports</Title>
      <p className="quiet">
        Exports that were requested in an API and run in the background, with their delivery. To
        download what you see, choose Export on the page of events. Times are in {ZONE}.
      </p>
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data?.exports.length === 0 && (
        <EmptyState titleText="No exports yet" headingLevel="h2">
          <EmptyStateBody>
            An export of Quay&apos;s API, or one that a collector of logs requested, is listed here.
          </EmptyStateBody>
        </EmptyState>
      )}
      <ul className="plain-list jobs">
        {data?.exports.map((job) => (
          <li key={job.id} className="job">
            <Job job={job} />
          </li>
        ))}
      </ul>
    </main>
  )
}

function isRunning({ status }: ExportJob): boolean {
  return status === 'queued' || status === 'running'
}

const COLORS: Readonly<Record<string, 'green' | 'red' | 'blue'>> = {
  success: 'green',
  failed: 'red',
  failure: 'red',
}

function Job({ job }: { readonly job: ExportJob }) {
  const { namespace, repository, status, entries, problem, requestedBy, requestedAt } = job
  return (
    <>
      <p>
        <strong>
          <VisibleText text={repository === undefined ? namespace : `${namespace}/${repository}`} />
        </strong>{' '}
        <Label isCompact color={COLORS[status] ?? 'blue'}>
          {status}
        </Label>{' '}
        {numberText(entries)} events
      </p>
      <p className="quiet">
        {`${fullTime(job.from)} to ${fullTime(job.to)}. Requested by `}
        <VisibleText text={requestedBy} /> on {fullTime(requestedAt)}.
      </p>
      {problem !== undefined && (
        <p>
          <VisibleText text={problem} />
        </p>
      )}
    </>
  )
}
