import {
  NOTIFICATION_EVENTS,
  type PageUse,
  pageKeysOf,
} from '../../src/dialects/quay/entries/page-keys.ts'

/** Throws where Quay's page would fail to show the entry, in a row or for its filter. */
export function showInQuayPage(kind: string, metadata: Readonly<Record<string, unknown>>): void {
  for (const { key, use } of pageKeysOf(kind)) USES[use](metadata[key], metadata)
}

type Uses = (value: unknown, metadata: Readonly<Record<string, unknown>>) => void

/** What the page does with a value, as its own code does it: no check stands before. */
const USES: Readonly<Record<PageUse, Uses>> = {
  shown: (value) => {
    renderNode(value)
    void `${value}`
    void Number(value)
    void Number.parseInt(value as string, 10)
    if (value) void new Date(value as string).toLocaleString('en')
  },
  text: (value) => {
    renderNode(value)
    const text = (value || '') as string
    text.toLowerCase()
    text.substr(0, 12)
  },
  given: (value) => void (value as string).toUpperCase(),
  config: (value) => {
    const config = typeof value === 'string' ? parsed(value) : value || {}
    if (config) void `${Reflect.get(Object(config), 'build_source') || ''}`
  },
  event: (value) => {
    const found = NOTIFICATION_EVENTS.find((one) => one === String(value))
    if (found === undefined) throw new TypeError('Cannot read properties of undefined')
  },
  receiver: (url, { email }) => {
    void `${url}`
    if (!url) mask(email as string)
  },
}

/** React shows texts and numbers, nothing for null and booleans, and lists of these. */
function renderNode(value: unknown): void {
  if (Array.isArray(value)) value.forEach(renderNode)
  else if (typeof value === 'object' && value !== null) {
    throw new Error('Objects are not valid as a React child')
  }
}

function mask(email: string): string {
  const [local = '', host] = email.split('@')
  return `${local.substring(0, 2)}${'*'.repeat(local.length - 2)}@${host}`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
