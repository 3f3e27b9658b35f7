import { QueryClient } from '@tanstack/react-query'

/** The cache of answers. Requests repeat themselves, so it repeats none and refreshes nothing. */
export function consoleQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: false,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        staleTime: Number.POSITIVE_INFINITY,
      },
    },
  })
}
