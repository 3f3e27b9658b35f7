import { Fault } from '../../../core/errors.ts'
import type { ClickHouseConnection, Statement } from './connection.ts'

/** A connection that remembers whether stored data could not be read. */
export interface WatchedConnection extends ClickHouseConnection {
  /** The first `store.damaged` with which a call failed; undefined when none did. */
  readonly damage: Fault | undefined
}

/** Wraps a connection: calls behave as before, and a `store.damaged` is remembered. */
export function watchDamage(connection: ClickHouseConnection): WatchedConnection {
  let damage: Fault | undefined
  const note = (error: unknown): never => {
    if (error instanceof Fault && error.code === 'store.damaged') damage ??= error
    throw error
  }
  return {
    get isExclusive() {
      return connection.isExclusive
    },
    get damage() {
      return damage
    },
    rows: <Row extends readonly unknown[]>(statement: Statement) =>
      connection.rows<Row>(statement).catch(note),
    insert: (insertion) => connection.insert(insertion).catch(note),
    endInserts: (namePrefix) => connection.endInserts(namePrefix).catch(note),
    command: (statement) => connection.command(statement).catch(note),
    async *stream(statement, format) {
      try {
        yield* connection.stream(statement, format)
      } catch (error) {
        note(error)
      }
    },
    close: () => connection.close(),
  }
}
