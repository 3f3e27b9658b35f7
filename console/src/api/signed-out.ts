const CHANNEL = 'waybill-session'

const listeners = new Set<() => void>()
const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(CHANNEL)
channel?.addEventListener('message', () => {
  for (const listener of listeners) listener()
})

/** Calls a listener when the session ended, or changed in another tab; returns the way to stop. */
export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Reports in this tab that the server no longer accepts the session. */
export function announceSignedOut(): void {
  for (const listener of listeners) listener()
}

/** Reports to other tabs that a user signed in or out. */
export function announceToOtherTabs(): void {
  channel?.postMessage('changed')
}
