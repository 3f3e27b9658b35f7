import { CommandError } from '../command-error.ts'

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  ENOSPC: 'no space is left on the disk',
}

/** An error of the file system for people; any other error as it is. */
export function fileError(file: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error
  const reason = REASONS[String(error.code)] ?? error.message
  return new CommandError(`${file}: ${reason}`, { ending: 'failure', cause: error })
}
