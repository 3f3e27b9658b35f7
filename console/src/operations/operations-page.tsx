import './operations.css'
import { Title } from '@patternfly/react-core'
import { ZONE } from '../time/time-text.ts'
import { Access } from './access.tsx'
import { Collectors } from './collectors.tsx'
import { LedgerState } from './ledger-state.tsx'
import { Sources } from './sources.tsx'

/** Whether everything arrives and is kept, and who may do what. */
export function OperationsPage() {
  return (
    <main id="content" className="page-column operations">
      <Title headingLevel="h1">Operations</Title>
      <p className="quiet">Read anew every 15 seconds. Times are in {ZONE}.</p>
      <LedgerState />
      <Sources />
      <Collectors />
      <Access />
    </main>
  )
}
