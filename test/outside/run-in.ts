import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Largest output of a command, in bytes. */
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024
/** How much of a failed command's output its error shows, in UTF-16 units. */
const SHOWN_LENGTH_MAX = 2000

/**
 * Runs a command in a folder to its end and answers what it wrote.
 *
 * @throws Error that names the command and holds the end of its output.
 */
export async function runIn(
  folder: string,
  [program = '', ...options]: readonly string[],
  timeoutMs: number,
): Promise<string> {
  try {
    const limits = { timeout: timeoutMs, maxBuffer: OUTPUT_BYTES_MAX }
    const { stdout, stderr } = await promisify(execFile)(program, options, {
      cwd: folder,
      ...limits,
    })
    return stdout + stderr
  } catch (error) {
    const output = ['stdout', 'stderr']
      .map((name) => Reflect.get(Object(error), name) ?? '')
      .join('')
    const reason = output.trim() === '' ? String(error) : output.trim().slice(-SHOWN_LENGTH_MAX)
    throw new Error(`${[program, ...options].join(' ')}: ${reason}`, { cause: error })
  }
}
