import { Alert, Button } from '@patternfly/react-core'
import { describeError } from '../api/api-problem.ts'

/** An error of a part of the page, with the way to try again. */
export function ErrorNotice({
  error,
  onRetry,
}: {
  readonly error: unknown
  readonly onRetry?: () => void
}) {
  const { title, lines } = describeError(error)
  const action = onRetry && (
    <Button variant="link" isInline onClick={onRetry}>
      Try again
    </Button>
  )
  return (
    <Alert variant="danger" isInline title={title} actionLinks={action}>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </Alert>
  )
}
