import { CommandError } from '../command-error.ts'

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  ENOSPC: 'no space left on the disk',
}

/** A file system error in words for people; any other error unchanged. */
export function fileError(file: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error
  const reason = REASONS[String(error.code)] ?? error.message
  return new CommandError(`${file}: ${reason}`, { ending: 'failure', cause: error })
}
