import { parseTrust, type TrustStore } from './trust.ts'

const KEY = 'waybill.ledger'

/** Remembers in the storage of the browser, which belongs to the address of the page. */
export function browserTrust(): TrustStore {
  return {
    read: () => parseTrust(localStorage.getItem(KEY)),
    write: (trust) => {
      if (trust === undefined) localStorage.removeItem(KEY)
      else localStorage.setItem(KEY, JSON.stringify(trust))
    },
  }
}
