import {
  ActionGroup,
  Alert,
  Button,
  Form,
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  TextInput,
  Title,
} from '@patternfly/react-core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { setPassword } from '../api/session.ts'
import { ErrorNotice } from '../shell/error-notice.tsx'
import { SESSION_KEY, useSignedIn } from './use-session.ts'

/** Fewest characters of a password. */
const LENGTH_MIN = 8

/** Sets or changes the password of the signed-in user. */
export function PasswordSetting() {
  const { hasPassword } = useSignedIn()
  const client = useQueryClient()
  const [current, setCurrent] = useState('')
  const [password, setNew] = useState('')
  const { mutate, error, isSuccess, isPending } = useMutation({
    mutationFn: () => setPassword(password, hasPassword ? current : undefined),
    onSuccess: (session) => {
      setCurrent('')
      setNew('')
      client.setQueryData(SESSION_KEY, session)
    },
  })
  const isShort = password.length < LENGTH_MIN
  return (
    <section aria-labelledby="password-title">
      <Title headingLevel="h2" id="password-title">
        {hasPassword ? 'Change the password' : 'Set a password'}
      </Title>
      <Form
        className="narrow-form"
        onSubmit={(event) => {
          event.preventDefault()
          mutate()
        }}
      >
        {error !== null && <ErrorNotice error={error} />}
        {isSuccess && (
          <Alert variant="success" isInline isLiveRegion title="The password is set">
            Your other sessions have ended.
          </Alert>
        )}
        {hasPassword && (
          <FormGroup label="Current password" fieldId="current-password" isRequired>
            <TextInput
              id="current-password"
              type="password"
              autoComplete="current-password"
              value={current}
              onChange={(_event, value) => setCurrent(value)}
            />
          </FormGroup>
        )}
        <FormGroup label="New password" fieldId="new-password" isRequired>
          <TextInput
            id="new-password"
            type="password"
            autoComplete="new-password"
            value={password}
            onChange={(_event, value) => setNew(value)}
          />
          <FormHelperText>
            <HelperText>
              <HelperTextItem>At least {LENGTH_MIN} characters.</HelperTextItem>
            </HelperText>
          </FormHelperText>
        </FormGroup>
        <ActionGroup>
          <Button type="submit" isDisabled={isShort || isPending}>
            Set the password
          </Button>
        </ActionGroup>
      </Form>
    </section>
  )
}
