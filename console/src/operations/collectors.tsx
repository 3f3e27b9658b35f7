import { VisibleText } from '../shell/visible-text.tsx'
import { Age } from './age.tsx'
import { FactsTable } from './facts-table.tsx'
import { Part } from './part.tsx'

interface CollectorPosition {
  readonly tenant: string
  readonly kind: string
  readonly name: string
  readonly saved: string
}

/** What reads the logs of vendors, and when each last got further. */
export function Collectors() {
  return (
    <Part<{ readonly collectors: readonly CollectorPosition[] }>
      title="Collectors"
      path="/v1/collectors"
      needs="users who may send events"
    >
      {({ collectors }) => (
        <FactsTable
          empty="No collector has read a log yet."
          name="Collectors"
          columns={['Collector', 'Tenant', 'Position saved']}
          rows={collectors.map(({ tenant, kind, name, saved }) => ({
            key: `${tenant}/${kind}/${name}`,
            cells: [
              <VisibleText key="name" text={`${kind}/${name}`} />,
              <VisibleText key="tenant" text={tenant} />,
              <Age key="saved" time={saved} />,
            ],
          }))}
        />
      )}
    </Part>
  )
}
