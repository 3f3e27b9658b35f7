import { Divider, DropdownItem } from '@patternfly/react-core'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useSyncExternalStore } from 'react'
import { type Session, signOut } from '../api/session.ts'
import { replaceSession } from '../sign-in/use-session.ts'
import { MenuButton } from './menu-button.tsx'
import { chooseTheme, type Theme, theme } from './theme.ts'

const THEMES: readonly { readonly name: Theme; readonly label: string }[] = [
  { name: 'system', label: 'Colors of the system' },
  { name: 'light', label: 'Light' },
  { name: 'dark', label: 'Dark' },
]

/** Who is signed in, the colors of the page, and the way out. */
export function UserMenu({ session }: { readonly session: Session }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const chosen = useSyncExternalStore(theme.subscribe, theme.get)
  const leave = async () => {
    await signOut(false)
    replaceSession(client, null)
  }
  return (
    <MenuButton
      text={
        <span className="user-name">
          <bdi>{session.user.name}</bdi>
        </span>
      }
    >
      <DropdownItem
        description={
          session.tenant === null ? 'The whole installation' : `Tenant ${session.tenant}`
        }
        onClick={() => void navigate({ to: '/account', search: {} })}
      >
        Account and sessions
      </DropdownItem>
      <Divider />
      {THEMES.map(({ name, label }) => (
        <DropdownItem key={name} isSelected={name === chosen} onClick={() => chooseTheme(name)}>
          {label}
        </DropdownItem>
      ))}
      <Divider />
      <DropdownItem onClick={() => void leave()}>Sign out</DropdownItem>
    </MenuButton>
  )
}
