import { ErrorNotice } from './error-notice.tsx'

/** What is shown in place of a page whose code failed. */
export function PageFailure({ error }: { readonly error: unknown }) {
  return (
    <div className="page-column">
      <ErrorNotice error={error} onRetry={() => window.location.reload()} />
    </div>
  )
}
