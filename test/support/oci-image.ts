import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** An image in an OCI layout folder (OCI image specification, image-layout.md). */
export interface OciImage {
  /** The folder. */
  readonly path: string
  /** Of its manifest. */
  readonly digest: string
  readonly layerDigest: string
  readonly configDigest: string
}

/**
 * Writes an image with one layer that holds one small file. Images of different contents share
 * nothing but the layout; no container engine has a part in it.
 */
export function writeOciImage(path: string, content: string): OciImage {
  const blobs = join(path, 'blobs', 'sha256')
  mkdirSync(blobs, { recursive: true })
  const put = (mediaType: string, bytes: Buffer) => {
    const hex = createHash('sha256').update(bytes).digest('hex')
    writeFileSync(join(blobs, hex), bytes)
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length }
  }
  const tar = tarOfOneFile('content.txt', Buffer.from(content))
  const layer = put('application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(tar))
  const diffId = `sha256:${createHash('sha256').update(tar).digest('hex')}`
  const config = put(
    'application/vnd.oci.image.config.v1+json',
    json({
      architecture: 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: [diffId] },
    }),
  )
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  const manifest = put(mediaType, json({ schemaVersion: 2, mediaType, config, layers: [layer] }))
  writeFileSync(join(path, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }))
  writeFileSync(join(path, 'index.json'), json({ schemaVersion: 2, manifests: [manifest] }))
  return {
    path,
    digest: manifest.digest,
    layerDigest: layer.digest,
    configDigest: config.digest,
  }
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}

const TAR_BLOCK_BYTES = 512

/** A tar archive (POSIX ustar): a header, the file padded to whole blocks, two empty blocks. */
function tarOfOneFile(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(TAR_BLOCK_BYTES)
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`
  header.write(name, 0)
  header.write(octal(0o644, 7), 100)
  header.write(octal(0, 7), 108)
  header.write(octal(0, 7), 116)
  header.write(octal(content.length, 11), 124)
  header.write(octal(0, 11), 136)
  header.write(' '.repeat(8), 148)
  header.write('0', 156)
  header.write('ustar\x0000', 257)
  const checksum = header.reduce((sum, byte) => sum + byte, 0)
  header.write(`${octal(checksum, 6)} `, 148)
  const padding = Buffer.alloc((TAR_BLOCK_BYTES - (content.length % TAR_BLOCK_BYTES)) % 512)
  return Buffer.concat([header, content, padding, Buffer.alloc(2 * TAR_BLOCK_BYTES)])
}
