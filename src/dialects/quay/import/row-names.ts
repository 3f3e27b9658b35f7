import type { LogRow } from './log-row.ts'

/** A user, robot or organization of a Quay. */
export interface QuayAccount {
  readonly name: string
  readonly email?: string | undefined
  readonly isRobot: boolean
}

/** What the ids of some rows stand for, today. */
export interface RowNames {
  /** Undefined for a kind that the Quay itself does not know. */
  kind(id: number): string | undefined
  /** Undefined for an account that was deleted. */
  account(id: number): QuayAccount | undefined
  /** The name inside its namespace; undefined for a repository that was deleted. */
  repository(id: number): string | undefined
}

/** Where the names of rows come from: the database that they are in, or a file. */
export interface NameSource {
  namesOf(rows: readonly LogRow[]): Promise<RowNames>
}

/** The names of rows of which nothing but the ids is known. */
export const NO_NAMES: NameSource = {
  namesOf: async () => ({
    kind: () => undefined,
    account: () => undefined,
    repository: () => undefined,
  }),
}
