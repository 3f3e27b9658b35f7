import '@patternfly/react-core/dist/styles/base.css'
import './shell/console.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { consoleRouter } from './router.tsx'
import { consoleQueries } from './shell/console-queries.ts'
import { followTheme } from './shell/theme.ts'

/** The server answers `/` with the page as well; its own addresses start with `/console`. */
function moveToConsole(): void {
  const { pathname, search, hash } = window.location
  if (pathname.startsWith('/console/')) return
  window.history.replaceState(null, '', `/console/events${search}${hash}`)
}

function start(element: HTMLElement): void {
  moveToConsole()
  followTheme()
  createRoot(element).render(
    <StrictMode>
      <QueryClientProvider client={consoleQueries()}>
        <RouterProvider router={consoleRouter()} />
      </QueryClientProvider>
    </StrictMode>,
  )
}

const element = document.getElementById('root')
if (element !== null) start(element)
