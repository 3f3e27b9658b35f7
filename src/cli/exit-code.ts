/** How a command can end; docs/reference/command-line.md is generated from this table. */
export const EXIT_CODES = {
  success: { code: 0, meaning: 'Success, also when the reader of a pipe is gone' },
  failure: { code: 1, meaning: 'The command failed; standard error says why' },
  usage: { code: 2, meaning: 'Invalid command line or configuration; nothing was done' },
  unreachable: {
    code: 3,
    meaning: 'The server cannot be reached or is unavailable',
  },
  refused: { code: 4, meaning: 'The token is missing, invalid, or does not allow this' },
  diverged: {
    code: 10,
    meaning: 'The ledger does not continue a known checkpoint, or is not signed by the key',
  },
  altered: { code: 11, meaning: 'Events of the ledger, or their hashes, were altered' },
  missing: { code: 12, meaning: 'Events of the ledger are missing' },
  unreadable: { code: 13, meaning: 'The store or the files of the ledger cannot be read' },
  interrupted: { code: 130, meaning: 'Interrupted by Ctrl-C or a signal to end' },
} as const satisfies Record<string, { code: number; meaning: string }>

export type Ending = keyof typeof EXIT_CODES
