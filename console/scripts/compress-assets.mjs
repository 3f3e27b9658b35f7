// Writes a .br and a .gz next to each asset that gets smaller: the server sends them unchanged.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const FOLDER = new URL('../../dist/console/assets/', import.meta.url)
const COMPRESSIBLE = /\.(?:js|css|svg|json)$/

for (const name of readdirSync(FOLDER).filter((one) => COMPRESSIBLE.test(one))) {
  const bytes = readFileSync(new URL(name, FOLDER))
  const size = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
  const forms = {
    br: brotliCompressSync(bytes, { params: size }),
    gz: gzipSync(bytes, { level: 9 }),
  }
  for (const [ending, packed] of Object.entries(forms)) {
    if (packed.length < bytes.length) writeFileSync(new URL(`${name}.${ending}`, FOLDER), packed)
  }
}
