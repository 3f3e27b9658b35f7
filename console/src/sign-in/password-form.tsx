import { ExpandableSection, FormGroup, TextInput } from '@patternfly/react-core'
import { useState } from 'react'
import { SignInForm } from './sign-in-form.tsx'

/** Signs in with the name and the password of the directory. */
export function PasswordForm() {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [tenant, setTenant] = useState('')
  const isComplete = name !== '' && password !== ''
  const credentials = isComplete ? { name, password, ...(tenant !== '' && { tenant }) } : undefined
  return (
    <SignInForm credentials={credentials}>
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
    </SignInForm>
  )
}
