import type { LogRow } from './log-row.ts'

/** A user, robot or organization of a Quay. */
export interface QuayAccount {
  readonly name: string
  readonly email?: string | undefined
  readonly isRobot: boolean
}

/** The current names for the ids of some rows. */
export interface RowNames {
  /** Undefined for a kind that the Quay itself does not know. */
  kind(id: number): string | undefined
  /** Undefined for an account that was deleted. */
  account(id: number): QuayAccount | undefined
  /** The name within its namespace; undefined for a repository that was deleted. */
  repository(id: number): string | undefined
}

/** The source of names for rows: their database, or a file. */
export interface NameSource {
  namesOf(rows: readonly LogRow[]): Promise<RowNames>
}

/** No names: rows have only ids. */
export const NO_NAMES: NameSource = {
  namesOf: async () => ({
    kind: () => undefined,
    account: () => undefined,
    repository: () => undefined,
  }),
}
