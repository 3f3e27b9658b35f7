import { Alert } from '@patternfly/react-core'
import { clockSkewMs } from '../api/server-clock.ts'

/** Difference of the clocks from which a user should know, ms. */
const SKEW_MS_MAX = 60_000

/** Says that the clock of this computer is wrong: the page uses the server's. */
export function ClockNotice() {
  const minutes = Math.round(clockSkewMs() / 60_000)
  if (Math.abs(clockSkewMs()) < SKEW_MS_MAX) return null
  const side = minutes > 0 ? 'behind' : 'ahead of'
  return (
    <Alert
      variant="info"
      isInline
      title={`The clock of this computer is ${Math.abs(minutes)} min ${side} the server's`}
    >
      Relative times, such as the last hour, follow the server.
    </Alert>
  )
}
