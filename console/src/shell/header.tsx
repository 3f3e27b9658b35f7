import {
  Masthead,
  MastheadBrand,
  MastheadContent,
  MastheadLogo,
  MastheadMain,
  Nav,
  NavItem,
  NavList,
} from '@patternfly/react-core'
import { Link, useLocation } from '@tanstack/react-router'
import type { Session } from '../api/session.ts'
import { START_SEARCH } from '../search/start-search.ts'
import { UserMenu } from './user-menu.tsx'
import logo from './waybill.svg'

const PAGES = [
  { to: '/events', name: 'Events', search: START_SEARCH },
  { to: '/exports', name: 'Exports', search: {} },
  { to: '/operations', name: 'Operations', search: {} },
  { to: '/connect', name: 'Connect', search: {} },
] as const

/** The top of every page: where one is, and who is signed in. */
export function Header({ session }: { readonly session: Session }) {
  const { pathname } = useLocation()
  return (
    <Masthead className="header" display={{ default: 'inline' }}>
      <a className="skip-link" href="#content">
        Skip to content
      </a>
      <MastheadMain>
        <MastheadBrand>
          <MastheadLogo
            component={(props) => <Link {...props} to="/events" search={START_SEARCH} />}
          >
            <img src={logo} alt="" width="28" height="28" />
            <span className="brand">Waybill</span>
          </MastheadLogo>
        </MastheadBrand>
      </MastheadMain>
      <MastheadContent>
        <Nav variant="horizontal" aria-label="Pages" className="pages">
          <NavList>
            {PAGES.map(({ to, name, search }) => (
              <NavItem key={to} itemId={to} isActive={pathname.endsWith(to)}>
                <Link to={to} search={search}>
                  {name}
                </Link>
              </NavItem>
            ))}
          </NavList>
        </Nav>
        <div className="user">
          <UserMenu session={session} />
        </div>
      </MastheadContent>
    </Masthead>
  )
}
