import { Alert } from '@patternfly/react-core'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { waiting } from '../api/waiting.ts'

/** Waits that are shorter than this are not worth a notice, ms. */
const QUIET_MS = 600

const REASONS: Readonly<Record<number, string>> = {
  0: 'The server does not answer. It may be restarting.',
  429: 'The server is busy.',
  502: 'The server is not reachable through its proxy.',
  503: 'The server cannot answer yet.',
}

/** Says that requests are being repeated, and when the next attempt is made. */
export function WaitingNotice() {
  const wait = useSyncExternalStore(waiting.latest.subscribe, waiting.latest.get)
  const [now, setNow] = useState(Date.now())
  const [isLong, setLong] = useState(false)
  const isWaiting = wait !== undefined
  useEffect(() => {
    setLong(false)
    if (!isWaiting) return
    const shown = setTimeout(() => setLong(true), QUIET_MS)
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => {
      clearTimeout(shown)
      clearInterval(timer)
    }
  }, [isWaiting])
  if (wait === undefined || !isLong) return null
  const seconds = Math.max(0, Math.ceil((wait.untilMs - now) / 1_000))
  const next = seconds === 0 ? 'Trying again now.' : `Trying again in ${seconds} s.`
  const reason = REASONS[wait.status] ?? `The server answered ${wait.status}.`
  return (
    <div className="waiting-notice">
      <Alert variant="warning" isInline isLiveRegion title={`${reason} ${next}`} />
    </div>
  )
}
