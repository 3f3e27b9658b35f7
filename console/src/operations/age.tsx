import { serverNow } from '../api/server-clock.ts'
import { ageText, fullTime } from '../time/time-text.ts'

/** How long ago something was, with the time itself on demand. */
export function Age({ time }: { readonly time: string | undefined }) {
  if (time === undefined) return <>never</>
  return (
    <time dateTime={time} title={fullTime(time)}>
      {ageText(time, serverNow())}
    </time>
  )
}
