import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Asked } from '../client/sequential.ts'
import { findProgram } from './find-program.ts'

const PROGRAM = 'fsck'
/** It is not what Debian calls `fsck`, so it has to come first on the PATH. */
const INSTALL = 'go install github.com/transparency-dev/tessera/cmd/fsck@v1.0.4'
/** After a mismatch it waits for ever, in milliseconds. */
const TIMEOUT_MS = 1_800_000
const SUCCESS = "Successfully fsck'd"
const READERS = 4

/** What a cell says when the program is missing. */
export const FSCK_NOT_ON_PATH = `Tessera's fsck is not first on the PATH: \`${INSTALL}\``

/**
 * Has Tessera's fsck read the whole ledger over HTTP. Resolves with the seconds it took, or
 * undefined without the program.
 *
 * @param asked who asks needs the right to read the ledger.
 * @param directory where the verifier key may be written.
 * @throws Error when it does not accept the ledger.
 */
export async function timeFsck(
  { url, token = '' }: Asked,
  directory: string,
): Promise<number | undefined> {
  const program = findProgram(PROGRAM)
  if (program === undefined || program.startsWith('/sbin/') || program.startsWith('/usr/')) {
    return undefined
  }
  const keys = await fetch(`${url}/v1/ledger/key`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const keyFile = join(directory, 'ledger.vkey')
  await writeFile(keyFile, await keys.text())
  const startedMs = performance.now()
  const { stdout, stderr } = await promisify(execFile)(
    program,
    [
      `--storage_url=${url}/v1/ledger/`,
      `--public_key=${keyFile}`,
      `--bearer_token=${token}`,
      '--ui=false',
      '-N',
      String(READERS),
    ],
    { timeout: TIMEOUT_MS, killSignal: 'SIGKILL' },
  )
  if (!`${stdout}${stderr}`.includes(SUCCESS)) throw new Error(`fsck refused: ${stderr}`)
  return (performance.now() - startedMs) / 1000
}
