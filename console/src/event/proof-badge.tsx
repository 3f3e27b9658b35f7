import { Button, Popover, Skeleton } from '@patternfly/react-core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ApiProblem } from '../api/api-problem.ts'
import type { EventJson } from '../api/event.ts'
import type { Verdict } from '../proof/verify-event.ts'
import { ErrorNotice } from '../shell/error-notice.tsx'
import { ProofFiles } from './proof-files.tsx'
import { proofVerdict } from './proof-verdict.ts'
import { TrustRenewal } from './trust-renewal.tsx'
import { VerifiedText } from './verified-text.tsx'

/** Pause before an event that no checkpoint covers yet is checked again, ms. */
const PENDING_MS = 3_000

/** Whether the event is in the signed ledger, as this browser found by its own computation. */
export function ProofBadge({ event }: { readonly event: EventJson }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['proof', event.id],
    queryFn: ({ signal }) => proofVerdict(event, signal),
    refetchInterval: ({ state }) => state.error !== null && isPending(state.error) && PENDING_MS,
    staleTime: 60_000,
  })
  if (error !== null && isPending(error)) {
    return (
      <Badge kind="unproven" title="Not yet in a signed checkpoint">
        The next checkpoint is signed within seconds; this is checked again by itself.
      </Badge>
    )
  }
  if (error !== null && isElsewhere(error)) {
    return (
      <Badge kind="unproven" title="Not proven here">
        {error instanceof ApiProblem ? error.detail : undefined}
      </Badge>
    )
  }
  if (error !== null) return <ErrorNotice error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Skeleton height="3.2rem" screenreaderText="Verifying" />
  return <Found verdict={data} event={event} onRenewed={() => void refetch()} />
}

function Found({
  verdict,
  event,
  onRenewed,
}: {
  readonly verdict: Verdict
  readonly event: EventJson
  readonly onRenewed: () => void
}) {
  if (verdict.kind === 'unproven') {
    return (
      <Badge kind="unproven" title="Not proven">
        {verdict.reason}
      </Badge>
    )
  }
  if (verdict.kind === 'failed') {
    return (
      <Badge kind="failed" title="The proof does not hold" files={<ProofFiles event={event} />}>
        {verdict.reason}
        <TrustRenewal otherKeys={verdict.otherKeys} onRenewed={onRenewed} />
      </Badge>
    )
  }
  return (
    <Badge
      kind="verified"
      title="In the signed ledger, verified by this browser"
      files={<ProofFiles event={event} />}
    >
      <VerifiedText verdict={verdict} />
    </Badge>
  )
}

const SIGNS = { verified: '✓', unproven: '○', failed: '✕' } as const

function Badge({
  kind,
  title,
  files,
  children,
}: {
  readonly kind: keyof typeof SIGNS
  readonly title: string
  readonly files?: ReactNode
  readonly children: ReactNode
}) {
  return (
    <section className={`proof proof-${kind}`} aria-label="Proof" aria-live="polite">
      <p className="proof-title">
        <span aria-hidden="true" className="proof-sign">
          {SIGNS[kind]}
        </span>
        {title}
      </p>
      <div className="proof-text">{children}</div>
      <div className="proof-actions">
        <Popover
          aria-label="What this proves"
          headerContent="What this proves"
          bodyContent={<Meaning />}
          position="bottom"
        >
          <Button variant="link" isInline>
            What does this prove?
          </Button>
        </Popover>
        {files}
      </div>
    </section>
  )
}

function Meaning() {
  return (
    <>
      <p>
        The event, exactly as it is shown here, is at its position in the ledger whose root the
        server signed, and that ledger continues the one that this browser saw before.
      </p>
      <p>
        It does not prove that the sender reported the truth, nor that every action was reported.
        The code that checks it comes from the same server: for an independent check, take the files
        and verify them elsewhere.
      </p>
    </>
  )
}

function isPending(error: unknown): boolean {
  return (
    error instanceof ApiProblem && error.status === 404 && error.retryAfterSeconds !== undefined
  )
}

function isElsewhere(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 404 && !isPending(error)
}
