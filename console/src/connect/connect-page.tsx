import './connect.css'
import { Tab, Tabs, TabTitleText, Title } from '@patternfly/react-core'
import { useState } from 'react'
import { type Connection, connections, TOKEN_PLACEHOLDER } from './connections.ts'
import { CopyableLines } from './copyable-lines.tsx'
import { FirstEvent } from './first-event.tsx'
import { SenderToken } from './sender-token.tsx'

/** How to get events into Waybill: lines to paste for each kind of system. */
export function ConnectPage() {
  const [tokens, setTokens] = useState<Readonly<Record<string, string>>>({})
  const [shown, setShown] = useState<string | number>('command')
  const url = window.location.origin
  const all = connections({ url, token: tokens[shown] ?? TOKEN_PLACEHOLDER })
  return (
    <main id="content" className="page-column">
      <Title headingLevel="h1">Connect</Title>
      <p className="quiet">
        Events come from systems that send them, and from logs that Waybill reads. Choose one, paste
        its lines, and watch the first event arrive.
      </p>
      <FirstEvent />
      <Tabs
        activeKey={shown}
        onSelect={(_event, key) => setShown(key)}
        aria-label="Systems to connect"
        className="connections"
        mountOnEnter
        unmountOnExit
      >
        {all.map((connection) => (
          <Tab
            key={connection.id}
            eventKey={connection.id}
            title={<TabTitleText>{connection.title}</TabTitleText>}
          >
            <Steps
              connection={connection}
              token={tokens[connection.id]}
              onToken={(token) => setTokens({ ...tokens, [connection.id]: token })}
            />
          </Tab>
        ))}
      </Tabs>
    </main>
  )
}

function Steps({
  connection: { about, source, steps, document },
  token,
  onToken,
}: {
  readonly connection: Connection
  readonly token: string | undefined
  readonly onToken: (token: string) => void
}) {
  return (
    <div className="connection">
      <p>{about}</p>
      {source !== undefined && <SenderToken {...{ source, token, onToken }} />}
      {steps.map(({ text, lines }) => (
        <div key={text}>
          <p>{text}</p>
          <CopyableLines lines={lines} name={text} />
        </div>
      ))}
      <p className="quiet">
        All settings and what is recorded: <code>docs/{document}</code>
      </p>
    </div>
  )
}
