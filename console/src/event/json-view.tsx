import { Button } from '@patternfly/react-core'
import { useState } from 'react'
import type { EventJson } from '../api/event.ts'
import { spelledOut } from '../shell/visible-text.tsx'

/** The whole event as JSON, as the API answers it. */
export function JsonView({ event }: { readonly event: EventJson }) {
  const [isCopied, setCopied] = useState(false)
  const text = JSON.stringify(event, null, 2)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
  }
  return (
    <div className="json-view">
      <Button variant="link" isInline onClick={() => void copy().catch(() => undefined)}>
        {isCopied ? 'Copied' : 'Copy'}
      </Button>
      <pre dir="ltr" tabIndex={0} aria-label="The event as JSON" role="group">
        {spelledOut(text)}
      </pre>
    </div>
  )
}
