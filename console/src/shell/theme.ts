import { externalValue } from '../api/external-value.ts'

/** The colors that a user chose; `system` follows the browser. */
export type Theme = 'system' | 'light' | 'dark'

const KEY = 'waybill.theme'
const DARK_CLASS = 'pf-v6-theme-dark'

/** The current choice. */
export const theme = externalValue<Theme>(readTheme())

/** Keeps the document in the chosen colors. */
export function followTheme(): void {
  const system = window.matchMedia('(prefers-color-scheme: dark)')
  const apply = () => {
    const isDark = theme.get() === 'dark' || (theme.get() === 'system' && system.matches)
    document.documentElement.classList.toggle(DARK_CLASS, isDark)
    document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light'
  }
  system.addEventListener('change', apply)
  theme.subscribe(apply)
  apply()
}

/** Chooses colors and remembers the choice in this browser. */
export function chooseTheme(choice: Theme): void {
  window.localStorage.setItem(KEY, choice)
  theme.set(choice)
}

function readTheme(): Theme {
  const stored = typeof localStorage === 'undefined' ? null : localStorage.getItem(KEY)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}
