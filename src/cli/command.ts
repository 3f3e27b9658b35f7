import type { Settings } from '../config/settings.ts'
import type { CollectorKind } from '../dialects/collecting/define-collector.ts'
import type { OpenImporter } from '../dialects/collecting/importer.ts'
import type { LedgerAtRest } from '../ledger/verification/ledger-at-rest.ts'
import type { CommandIo } from './command-io.ts'
import type { Ending } from './exit-code.ts'

/** An option of a command, as `--name`. */
export interface CommandOption {
  /** `text` takes a value, `texts` may be repeated, `switch` takes none. */
  readonly type: 'text' | 'texts' | 'switch'
  /** One letter, for `-x`. */
  readonly short?: string
  /** Represents the value in the help: `FILE`. */
  readonly placeholder?: string
  /** What it does, as a phrase without a full stop. */
  readonly description: string
}

/** Options by name, without dashes, in the order of the help. */
export type OptionTable = Readonly<Record<string, CommandOption>>

/** The values of the given options. */
export type OptionValues<Options extends OptionTable> = {
  readonly [Name in keyof Options]: Options[Name]['type'] extends 'switch'
    ? boolean
    : Options[Name]['type'] extends 'texts'
      ? readonly string[]
      : string | undefined
}

/** The arguments and the environment of a command. */
export interface Call<Options extends OptionTable> {
  readonly options: OptionValues<Options>
  readonly operands: readonly string[]
  readonly io: CommandIo
  readonly parts: CommandParts
}

/** Runs the server until it has stopped. Resolves with the exit code. */
type Serve = (settings: Settings) => Promise<number>

/** Replaces a lost file of a stopped server; see server/recover.ts. Resolves with what was done. */
type Recover = (
  settings: Settings,
  lost:
    | 'administrator-token'
    | 'secret-key'
    | 'journal'
    | 'signing-key'
    | 'copy'
    | { readonly successor: string },
) => Promise<readonly string[]>

/** Opens the ledger of a stopped server to verify it; see server/instance/ledger-at-rest.ts. */
type OpenAtRest = (dataDirectory: string) => Promise<LedgerAtRest>

/** What a command needs from main.ts, the only file that knows every part. */
export interface CommandParts {
  readonly serve: Serve
  readonly recover: Recover
  readonly openAtRest: OpenAtRest
  readonly openImporter: OpenImporter
  /** Every collector; each has its list in the configuration and a command. */
  readonly collectors: readonly CollectorKind[]
}

/** The documentation of a command. */
export interface CommandHelp {
  /** One word, or two: `token create`. */
  readonly name: string
  /** What it does, as one line without a full stop. */
  readonly summary: string
  /** Operands after the name: `NAME`, `[FILE …]`. */
  readonly operands?: string
  /** How it behaves, in paragraphs. */
  readonly description: string
  readonly options: OptionTable
  /** Complete command lines, and what each does. */
  readonly examples: readonly { readonly line: string; readonly does: string }[]
}

/** A command of the program. */
export interface Command extends CommandHelp {
  /** Parses the arguments after the name and runs; throws CommandError on failure. */
  run(argv: readonly string[], io: CommandIo, parts: CommandParts): Promise<Ending>
}
