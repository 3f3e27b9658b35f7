import type { Environment } from '../../config/table/environment.ts'
import type { Output } from '../command-io.ts'

type Colour = 'bold' | 'dim' | 'red' | 'yellow'

/** Puts a text in a colour; leaves it as it is where there is no terminal or NO_COLOR is set. */
export type Paint = (colour: Colour, text: string) => string

const SEQUENCES: Readonly<Record<Colour, string>> = {
  bold: '\u001b[1m',
  dim: '\u001b[2m',
  red: '\u001b[31m',
  yellow: '\u001b[33m',
}
const RESET = '\u001b[0m'

/** How to colour text on an output. NO_COLOR: https://no-color.org, any value that is not empty. */
export function paintFor(output: Output, env: Environment): Paint {
  const plain = output.isTTY !== true || Boolean(env['NO_COLOR']) || env['TERM'] === 'dumb'
  return (colour, text) => (plain || text === '' ? text : `${SEQUENCES[colour]}${text}${RESET}`)
}
