import { useEffect, useRef } from 'react'

/** What the keys of the events page do. */
export interface Shortcuts {
  readonly focusSearch: () => void
  readonly move: (step: number) => void
  readonly open: () => void
  readonly exclude: () => void
  readonly toggleLive: () => void
  readonly help: () => void
  readonly close: () => void
}

/** The keys, for the help and the documents. */
export const SHORTCUT_KEYS: readonly (readonly [key: string, does: string])[] = [
  ['/', 'Go to the search box'],
  ['j', 'Next event'],
  ['k', 'Previous event'],
  ['o', 'Open the event, or close it'],
  ['x', 'Leave out events with the same action'],
  ['t', 'Start or stop the live view'],
  ['?', 'Show these keys'],
  ['Esc', 'Close what is open'],
]

/** Listens for the keys, except in fields and with modifiers. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts)
  latest.current = shortcuts
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const action = actionOf(event, latest.current)
      if (action === undefined) return
      event.preventDefault()
      action()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [])
}

function actionOf(event: KeyboardEvent, shortcuts: Shortcuts): (() => void) | undefined {
  const { key, target, ctrlKey, metaKey, altKey, defaultPrevented } = event
  const element = target instanceof Element ? target : null
  if (ctrlKey || metaKey || altKey || defaultPrevented) return undefined
  if (element?.closest('[role="dialog"], [role="menu"]')) return undefined
  if (element?.closest('input, textarea, select')) return undefined
  const isInTable = element?.closest('[role="grid"]') != null
  if (key === 'Enter') return isInTable && element?.role === 'grid' ? shortcuts.open : undefined
  if (isInTable && key === 'ArrowDown') return () => shortcuts.move(1)
  if (isInTable && key === 'ArrowUp') return () => shortcuts.move(-1)
  const actions: Readonly<Record<string, () => void>> = {
    '/': shortcuts.focusSearch,
    j: () => shortcuts.move(1),
    k: () => shortcuts.move(-1),
    o: shortcuts.open,
    x: shortcuts.exclude,
    t: shortcuts.toggleLive,
    '?': shortcuts.help,
    Escape: shortcuts.close,
  }
  return actions[key]
}
