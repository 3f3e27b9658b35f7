import type { Environment } from '../../config/table/environment.ts'
import type { Output } from '../command-io.ts'

type Color = 'bold' | 'dim' | 'red' | 'yellow'

/** Colors a text, except without a terminal or when NO_COLOR is set. */
export type Paint = (color: Color, text: string) => string

const SEQUENCES: Readonly<Record<Color, string>> = {
  bold: '\u001b[1m',
  dim: '\u001b[2m',
  red: '\u001b[31m',
  yellow: '\u001b[33m',
}
const RESET = '\u001b[0m'

/** How to color text on an output. NO_COLOR: https://no-color.org, any non-empty value. */
export function paintFor(output: Output, env: Environment): Paint {
  const plain = output.isTTY !== true || Boolean(env['NO_COLOR']) || env['TERM'] === 'dumb'
  return (color, text) => (plain || text === '' ? text : `${SEQUENCES[color]}${text}${RESET}`)
}
