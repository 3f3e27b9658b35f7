import { Page } from '@patternfly/react-core'
import { Outlet } from '@tanstack/react-router'
import { SignInPage } from '../sign-in/sign-in-page.tsx'
import { useSession } from '../sign-in/use-session.ts'
import { ClockNotice } from './clock-notice.tsx'
import { ErrorNotice } from './error-notice.tsx'
import { Header } from './header.tsx'
import { WaitingNotice } from './waiting-notice.tsx'

/**
 * The frame of every page. When the session ends it shows the sign-in form at the same address, so
 * that a user is back where the session ended.
 */
export function Shell() {
  const { session, error, retry } = useSession()
  if (session === null) {
    return (
      <>
        <WaitingNotice />
        <SignInPage />
      </>
    )
  }
  if (session === undefined) {
    return (
      <main className="page-column">
        <WaitingNotice />
        {error !== null && <ErrorNotice error={error} onRetry={retry} />}
      </main>
    )
  }
  return (
    <Page masthead={<Header session={session} />} isContentFilled>
      <WaitingNotice />
      <ClockNotice />
      <Outlet />
    </Page>
  )
}
