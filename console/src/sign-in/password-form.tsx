import {
  ActionGroup,
  Alert,
  Button,
  ExpandableSection,
  Form,
  FormGroup,
  TextInput,
} from '@patternfly/react-core'
import { useState } from 'react'
import { useSignIn } from './use-sign-in.ts'

/** Signs in with the name and the password of the directory. */
export function PasswordForm() {
  const { send, isSending, message } = useSignIn()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [tenant, setTenant] = useState('')
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault()
        send({ name, password, ...(tenant !== '' && { tenant }) })
      }}
    >
      {message !== undefined && <Alert variant="danger" isInline isLiveRegion title={message} />}
      <FormGroup label="Name" fieldId="sign-in-name" isRequired>
        <TextInput
          id="sign-in-name"
          autoComplete="username"
          autoFocus
          isRequired
          value={name}
          onChange={(_event, value) => setName(value)}
        />
      </FormGroup>
      <FormGroup label="Password" fieldId="sign-in-password" isRequired>
        <TextInput
          id="sign-in-password"
          type="password"
          autoComplete="current-password"
          isRequired
          value={password}
          onChange={(_event, value) => setPassword(value)}
        />
      </FormGroup>
      <ExpandableSection toggleText="The same name exists in several tenants">
        <FormGroup label="Tenant" fieldId="sign-in-tenant">
          <TextInput
            id="sign-in-tenant"
            value={tenant}
            onChange={(_event, value) => setTenant(value)}
          />
        </FormGroup>
      </ExpandableSection>
      <ActionGroup>
        <Button type="submit" isBlock isDisabled={name === '' || password === '' || isSending}>
          Sign in
        </Button>
      </ActionGroup>
    </Form>
  )
}
