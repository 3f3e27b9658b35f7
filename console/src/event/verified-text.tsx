import type { Verdict } from '../proof/verify-event.ts'
import { fullTime, numberText } from '../time/time-text.ts'

/** What exactly was verified. */
export function VerifiedText({
  verdict,
}: {
  readonly verdict: Extract<Verdict, { kind: 'verified' }>
}) {
  const { checkpoint, index, keyText, pinnedAt, comparedSize, isFirstVisit, isUncompared } = verdict
  return (
    <>
      <p>
        Event {numberText(index)} of the {numberText(checkpoint.size)} in the checkpoint of{' '}
        <bdi>{checkpoint.logName}</bdi>.
      </p>
      <p className="quiet">
        Key <code title={keyText}>{keyText.split('+').slice(0, 2).join('+')}</code>
        {isFirstVisit
          ? ', pinned in this browser just now: compare it with the key from the operator.'
          : `, pinned in this browser on ${fullTime(pinnedAt)}.`}
      </p>
      {comparedSize !== undefined && !isFirstVisit && (
        <p className="quiet">
          Consistent with the ledger of {numberText(comparedSize)} events that this browser saw
          earlier.
        </p>
      )}
      {isUncompared && (
        <p className="quiet">
          Not compared with the ledger that this browser saw earlier: your account may not read
          consistency proofs (scope ledger:read).
        </p>
      )}
    </>
  )
}
