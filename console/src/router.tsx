import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { EventsPage } from './events/events-page.tsx'
import { START_SEARCH } from './search/start-search.ts'
import { MissingPage } from './shell/missing-page.tsx'
import { PageFailure } from './shell/page-failure.tsx'
import { Shell } from './shell/shell.tsx'

/** The query of a URL, which each page reads itself: a filter may occur more than once in it. */
interface QueryText {
  readonly query?: string
}

const root = createRootRoute({
  component: Shell,
  notFoundComponent: MissingPage,
  errorComponent: PageFailure,
  validateSearch: ({ query }): QueryText => (typeof query === 'string' ? { query } : {}),
})

const start = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/events', search: START_SEARCH })
  },
})

const events = createRoute({ getParentRoute: () => root, path: '/events', component: EventsPage })

const exports = createRoute({
  getParentRoute: () => root,
  path: '/exports',
  component: lazyRouteComponent(() => import('./exports/exports-page.tsx'), 'ExportsPage'),
})

const connect = createRoute({
  getParentRoute: () => root,
  path: '/connect',
  component: lazyRouteComponent(() => import('./connect/connect-page.tsx'), 'ConnectPage'),
})

const operations = createRoute({
  getParentRoute: () => root,
  path: '/operations',
  component: lazyRouteComponent(() => import('./operations/operations-page.tsx'), 'OperationsPage'),
})

const account = createRoute({
  getParentRoute: () => root,
  path: '/account',
  component: lazyRouteComponent(() => import('./sign-in/account-page.tsx'), 'AccountPage'),
})

/** The pages of the console and their addresses, below `/console`. */
export function consoleRouter() {
  return createRouter({
    routeTree: root.addChildren([start, events, exports, operations, connect, account]),
    basepath: '/console',
    parseSearch: (text) => (text.length > 1 ? { query: text.replace(/^\?/, '') } : {}),
    stringifySearch: ({ query }) => (typeof query === 'string' && query !== '' ? `?${query}` : ''),
    defaultErrorComponent: PageFailure,
    // Positions in virtual tables are theirs to keep.
    scrollRestoration: false,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof consoleRouter>
  }
}
