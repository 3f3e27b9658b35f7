import { parseArgs } from 'node:util'
import { ROW_NAMES, type RowName } from './row.ts'

/** What one run of the benchmark does. */
export interface Options {
  /** Sizes of the ledgers that are loaded and measured, in events, each once. */
  readonly sizes: readonly number[]
  readonly rows: readonly RowName[]
  readonly seed: number
  /** Where ledgers and figures are kept between runs; absent: a temporary directory. */
  readonly dataDirectory: string | undefined
  /** Whether the data stays after the run. */
  readonly keep: boolean
  readonly jsonFile: string | undefined
  readonly markdownFile: string | undefined
}

const SIZES_DEFAULT = '1M,10M'
const SEED_DEFAULT = 20_261_122

/** What `--help` prints. */
export const USAGE = `npm run bench -- [options]

  --events LIST     sizes of the ledgers, such as 200k or 1M,10M (default ${SIZES_DEFAULT})
                    above 20M only list, disk and start are measured
  --rows LIST       what to measure (default: all of ${ROW_NAMES.join(',')})
  --data DIR        put ledgers and figures into DIR/waybill-bench (default: a temporary folder)
  --keep            leave the data in place, so that a later run of other rows need not load it
  --json FILE       write the figures as JSON
  --markdown FILE   write the table into FILE, between its two \`figures\` comments
  --seed NUMBER     another registry (default ${SEED_DEFAULT})
`

/** Reads the command line; undefined when only help is asked for. Throws on anything unknown. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      events: { type: 'string', default: SIZES_DEFAULT },
      rows: { type: 'string', default: ROW_NAMES.join(',') },
      seed: { type: 'string', default: String(SEED_DEFAULT) },
      data: { type: 'string' },
      keep: { type: 'boolean', default: false },
      json: { type: 'string' },
      markdown: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const seed = Number(values.seed)
  if (!Number.isSafeInteger(seed)) throw new Error(`--seed is not an integer: ${values.seed}`)
  return {
    sizes: [...new Set(values.events.split(',').map(parseCount))],
    rows: values.rows.split(',').map(parseRow),
    seed,
    dataDirectory: values.data,
    keep: values.keep,
    jsonFile: values.json,
    markdownFile: values.markdown,
  }
}

const MULTIPLES: Readonly<Record<string, number>> = { '': 1, k: 1000, M: 1_000_000 }

function parseCount(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+)([kM]?)$/.exec(text.trim()) ?? []
  const count = Number(digits) * (MULTIPLES[unit] ?? 1)
  if (count > 0) return count
  throw new Error(`--events holds ${text}; write counts such as 200k or 10M`)
}

function parseRow(text: string): RowName {
  const row = ROW_NAMES.find((name) => name === text.trim())
  if (row !== undefined) return row
  throw new Error(`--rows holds ${text}; there are ${ROW_NAMES.join(', ')}`)
}
