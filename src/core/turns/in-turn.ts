/** Runs work, and resolves or rejects as it does. */
export type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>

/** A queue of its own: each work begins when all that was given before has ended, well or not. */
export function createTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }
}
