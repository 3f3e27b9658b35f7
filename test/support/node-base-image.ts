import { cpSync, mkdirSync, realpathSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { run } from './commands.ts'

/** Debian's packages with the libraries that Node and prebuilt binaries load. */
const LIBRARIES = ['libc6', 'libc-bin', 'libgcc-s1', 'libstdc++6', 'zlib1g']
/** Programs that busybox serves as. */
const TOOLS = ['sh', 'env', 'mkdir', 'ln', 'rm', 'cp', 'ls', 'cat', 'id']

/**
 * Writes the root file system of an image that can take the place of Debian's slim image with
 * Node, out of the files of this machine: tests reach no registry of images.
 *
 * @returns the path of the archive, for `podman import`.
 */
export async function writeNodeBase(folder: string): Promise<string> {
  const root = join(folder, 'base')
  const at = (path: string) => {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    return join(root, path)
  }
  const listed = await run('dpkg-query', '--listfiles', ...LIBRARIES)
  for (const path of listed.split('\n').filter((line) => isLibrary(line))) {
    cpSync(path, at(path), { dereference: true })
  }
  cpSync(process.execPath, at('/usr/local/bin/node'))
  const npm = dirname(dirname(realpathSync((await run('which', 'npm')).trim())))
  cpSync(npm, at('/usr/local/lib/node_modules/npm'), { recursive: true })
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', at('/usr/local/bin/npm'))
  cpSync('/usr/bin/busybox', at('/bin/busybox'))
  for (const tool of TOOLS) symlinkSync('busybox', at(`/bin/${tool}`))
  symlinkSync('/bin/busybox', at('/usr/bin/env'))
  const certificates = '/etc/ssl/certs/ca-certificates.crt'
  cpSync(certificates, at(certificates), { dereference: true })
  const users = ['root:x:0:0::/:/bin/sh', 'node:x:1000:1000::/:/bin/sh', '']
  writeFileSync(at('/etc/passwd'), users.join('\n'))
  writeFileSync(at('/etc/group'), 'root:x:0:\nnode:x:1000:\n')
  for (const empty of ['tmp', 'proc', 'sys', 'dev']) mkdirSync(join(root, empty))
  const archive = join(folder, 'base.tar')
  await run('tar', '-cf', archive, '-C', root, '.')
  return archive
}

function isLibrary(path: string): boolean {
  const isWanted = /^(?:\/usr)?\/lib(?:64)?\/.*\.so|^\/usr\/bin\/ldd$/.test(path)
  return isWanted && !path.includes('/gconv/') && statSync(path).isFile()
}
