import { Skeleton } from '@patternfly/react-core'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { type AskedSearch, readFirstTime, readHistogram } from '../api/search-requests.ts'
import { serverNow } from '../api/server-clock.ts'
import { type Bar, fillBins, planBins } from '../chart/time-bins.ts'
import { ErrorNotice } from '../shell/error-notice.tsx'

const Histogram = lazy(() =>
  import('../chart/histogram.tsx').then((module) => ({ default: module.Histogram })),
)

/** When the events of a search happened. */
export function SearchHistogram({
  asked,
  onZoom,
}: {
  readonly asked: AskedSearch
  readonly onZoom: (fromMs: number, toMs: number) => void
}) {
  const { data, error, refetch } = useQuery({
    queryKey: ['histogram', asked.id],
    queryFn: ({ signal }) => readBars(asked, signal),
    placeholderData: (previous) => previous,
  })
  if (error !== null) return <ErrorNotice error={error} onRetry={() => void refetch()} />
  const room = <Skeleton className="histogram-room" screenreaderText="Counting events" />
  if (data === undefined) return room
  if (data.length === 0) return null
  return (
    <Suspense fallback={room}>
      <Histogram bars={data} onZoom={onZoom} />
    </Suspense>
  )
}

async function readBars(asked: AskedSearch, signal: AbortSignal): Promise<readonly Bar[]> {
  const toMs = asked.period.toMs ?? serverNow()
  const fromMs = asked.period.fromMs ?? (await readFirstTime(asked, signal))
  if (fromMs === undefined) return []
  const plan = planBins(fromMs, Math.max(toMs, fromMs))
  return fillBins(
    plan,
    await readHistogram(asked, { interval: plan.interval, by: 'outcome' }, signal),
  )
}
