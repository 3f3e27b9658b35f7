import { Button, Popover } from '@patternfly/react-core'
import type { EventJson } from '../api/event.ts'

/** The files that verify an event without this page, and the command that does it. */
export function ProofFiles({ event: { id } }: { readonly event: EventJson }) {
  return (
    <Popover
      aria-label="Files of the proof"
      headerContent="Verify it elsewhere"
      position="bottom"
      bodyContent={
        <>
          <ul>
            <li>
              <a href={`/v1/events/${id}`} download={`${id}.json`}>
                The event
              </a>
            </li>
            <li>
              <a href={`/v1/events/${id}/proof`} download={`${id}.tlog-proof`}>
                Its proof, with the checkpoint
              </a>
            </li>
            <li>
              <a href="/v1/ledger/key" download="ledger.vkey">
                The key, to be compared with the one that the operator gives you
              </a>
            </li>
          </ul>
          <pre className="example">
            {`waybill verify ${id}.tlog-proof \\\n  --event ${id}.json --key ledger.vkey`}
          </pre>
        </>
      }
    >
      <Button variant="link" isInline>
        Files
      </Button>
    </Popover>
  )
}
