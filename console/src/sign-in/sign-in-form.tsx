import { ActionGroup, Alert, Button, Form } from '@patternfly/react-core'
import type { ReactNode } from 'react'
import type { Credentials } from '../api/session.ts'
import { useSignIn } from './use-sign-in.ts'

/** A form that signs in, once its fields give credentials. */
export function SignInForm({
  credentials,
  children,
}: {
  /** Undefined while a field is empty. */
  readonly credentials: Credentials | undefined
  readonly children: ReactNode
}) {
  const { send, isSending, message } = useSignIn()
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault()
        if (credentials !== undefined) send(credentials)
      }}
    >
      {message !== undefined && <Alert variant="danger" isInline isLiveRegion title={message} />}
      {children}
      <ActionGroup>
        <Button type="submit" isBlock isDisabled={credentials === undefined || isSending}>
          Sign in
        </Button>
      </ActionGroup>
    </Form>
  )
}
