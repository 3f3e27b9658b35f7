import {
  Alert,
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
  Label,
} from '@patternfly/react-core'
import type { ReactNode } from 'react'
import { spelledOut, VisibleText } from '../shell/visible-text.tsx'
import { fullTime, numberText } from '../time/time-text.ts'
import { Part } from './part.tsx'

/** Most findings of a verification that are shown. */
const FINDINGS_SHOWN_MAX = 5

interface Witness {
  readonly name: string
  readonly size: number
  readonly cosignedAt?: string
  readonly problem?: string
}

/** `GET /v1/status`; an administrator of a tenant gets a part of it. */
interface Status {
  readonly version: string
  readonly origin: string
  readonly uptimeSeconds: number
  readonly ledger: {
    readonly size: number
    readonly behind?: { readonly events: number; readonly seconds: number }
    readonly reads?: 'available' | 'unavailable'
    readonly journalBytes?: number
    readonly checkpoint?: { readonly size: number; readonly logName: string }
    readonly witnesses?: readonly Witness[]
    readonly verification?: {
      readonly finishedAt: string
      readonly events: number
      readonly verdict: string
      readonly findings: readonly string[]
    }
    readonly readOnly?: string
    readonly contradiction?: string
  }
  readonly store?: { readonly rows: number; readonly bytes?: number }
}

/** The ledger, the journal and the store. */
export function LedgerState() {
  return (
    <Part<Status> title="Ledger and store" path="/v1/status" needs="administrators">
      {(status) => <Shown status={status} />}
    </Part>
  )
}

function Shown({ status: { version, uptimeSeconds, ledger, store } }: { readonly status: Status }) {
  const { size, behind, checkpoint, verification, witnesses = [], journalBytes } = ledger
  const alarm = ledger.contradiction ?? ledger.readOnly
  return (
    <>
      {alarm !== undefined && (
        <Alert variant="danger" isInline title="The ledger needs an operator">
          <VisibleText text={alarm} />
        </Alert>
      )}
      {ledger.reads === 'unavailable' && (
        <Alert variant="danger" isInline title="The store cannot be read or written">
          Events are still accepted until the journal is full. The log of the server says why.
        </Alert>
      )}
      {verification?.findings.slice(0, FINDINGS_SHOWN_MAX).map((finding) => (
        <Alert key={finding} variant="danger" isInline title={spelledOut(finding)} />
      ))}
      <DescriptionList isHorizontal isCompact columnModifier={{ lg: '2Col' }}>
        <Fact term="Events">{numberText(size)}</Fact>
        {checkpoint !== undefined && (
          <Fact term="Checkpoint">
            {numberText(checkpoint.size)} events of <VisibleText text={checkpoint.logName} />
          </Fact>
        )}
        {verification !== undefined && (
          <Fact term="Last verification">
            <Verdict verdict={verification.verdict} /> {fullTime(verification.finishedAt)},{' '}
            {numberText(verification.events)} events
          </Fact>
        )}
        {behind !== undefined && (
          <Fact term="Not yet in the store">
            {behind.events === 0
              ? 'none'
              : `${numberText(behind.events)} events, ${Math.ceil(behind.seconds)} s`}
          </Fact>
        )}
        {journalBytes !== undefined && <Fact term="Journal">{bytesText(journalBytes)}</Fact>}
        {store !== undefined && (
          <Fact term="Store">
            {numberText(store.rows)} events
            {store.bytes !== undefined && `, ${bytesText(store.bytes)}`}
          </Fact>
        )}
        <Fact term="Server">
          Waybill <VisibleText text={version} />, started {durationText(uptimeSeconds)} ago
        </Fact>
        {witnesses.map((witness) => (
          <Fact key={witness.name} term={`Witness ${witness.name}`}>
            {witness.problem === undefined ? (
              `cosigned ${numberText(witness.size)} events`
            ) : (
              <VisibleText text={witness.problem} />
            )}
            {witness.cosignedAt !== undefined && `, ${fullTime(witness.cosignedAt)}`}
          </Fact>
        ))}
      </DescriptionList>
    </>
  )
}

function Fact({ term, children }: { readonly term: string; readonly children: ReactNode }) {
  return (
    <DescriptionListGroup>
      <DescriptionListTerm>
        <VisibleText text={term} />
      </DescriptionListTerm>
      <DescriptionListDescription>{children}</DescriptionListDescription>
    </DescriptionListGroup>
  )
}

function Verdict({ verdict }: { readonly verdict: string }) {
  return (
    <Label isCompact color={verdict === 'consistent' ? 'green' : 'red'}>
      {verdict}
    </Label>
  )
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const

function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${UNITS[power]}`
}

function durationText(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`
}
