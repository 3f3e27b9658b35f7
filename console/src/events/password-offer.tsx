import { Button } from '@patternfly/react-core'
import CloseIcon from '@patternfly/react-icons/dist/esm/icons/times-icon'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useSignedIn } from '../sign-in/use-session.ts'

/** Offers a user who signed in with a token to set a password, until it is declined. */
export function PasswordOffer() {
  const { hasPassword, user } = useSignedIn()
  const [isDeclined, setDeclined] = useState(false)
  if (hasPassword || isDeclined || user.kind !== 'user') return null
  return (
    <div className="offer">
      <Link to="/account" search={{}}>
        Set a password for <bdi>{user.name}</bdi>
      </Link>
      <span>to sign in without the token next time.</span>
      <Button
        variant="plain"
        size="sm"
        icon={<CloseIcon />}
        aria-label="Not now"
        onClick={() => setDeclined(true)}
      />
    </div>
  )
}
