import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Only the user that Waybill runs as may read it. */
const SECRET_MODE = 0o600

/** Writes a file that only its owner may read. After a crash it is either complete or absent. */
export async function writeSecretFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`
  const file = await open(temporary, 'w', SECRET_MODE)
  try {
    // `open` applies its mode only to a new file.
    await file.chmod(SECRET_MODE)
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
  const directory = await open(dirname(path), 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
