import {
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  TextInput,
} from '@patternfly/react-core'
import { useState } from 'react'
import { SignInForm } from './sign-in-form.tsx'

/** Signs in with a token, such as the one that the first start writes. */
export function TokenForm() {
  const [token, setToken] = useState('')
  const isComplete = token.trim() !== ''
  const credentials = isComplete ? { token: token.trim() } : undefined
  return (
    <SignInForm credentials={credentials}>
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
    </SignInForm>
  )
}
