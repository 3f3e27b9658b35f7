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
} from '@patternfly/react-core'
import { useState } from 'react'
import { useSignIn } from './use-sign-in.ts'

/** Signs in with a token, such as the one that the first start writes. */
export function TokenForm() {
  const { send, isSending, message } = useSignIn()
  const [token, setToken] = useState('')
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault()
        send({ token: token.trim() })
      }}
    >
      {message !== undefined && <Alert variant="danger" isInline isLiveRegion title={message} />}
      <FormGroup label="Token" fieldId="sign-in-token" isRequired>
        <TextInput
          id="sign-in-token"
          type="password"
          autoComplete="off"
          isRequired
          value={token}
          onChange={(_event, value) => setToken(value)}
          aria-describedby="sign-in-token-help"
        />
        <FormHelperText>
          <HelperText id="sign-in-token-help">
            <HelperTextItem>
              The first start of a server writes a token to the file <code>admin-token</code> in its
              data directory. It is used once here, and not stored in this browser.
            </HelperTextItem>
          </HelperText>
        </FormHelperText>
      </FormGroup>
      <ActionGroup>
        <Button type="submit" isBlock isDisabled={token.trim() === '' || isSending}>
          Sign in
        </Button>
      </ActionGroup>
    </Form>
  )
}
