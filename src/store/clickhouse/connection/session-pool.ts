/** Lends items of a fixed set to one caller at a time. */
export interface Pool<Item> {
  /**
   * Runs `work` with an item for its exclusive use, waiting in order of arrival until one is free.
   */
  use<Result>(work: (item: Item) => Promise<Result>): Promise<Result>
}

/** A pool over `items`; it does not close them. */
export function createPool<Item>(items: readonly Item[]): Pool<Item> {
  const idle = [...items]
  const waiting: ((item: Item) => void)[] = []

  const take = (): Promise<Item> => {
    const item = idle.pop()
    if (item !== undefined) return Promise.resolve(item)
    return new Promise((resolve) => {
      waiting.push(resolve)
    })
  }
  const giveBack = (item: Item) => {
    const next = waiting.shift()
    if (next === undefined) idle.push(item)
    else next(item)
  }
  return {
    async use(work) {
      const item = await take()
      try {
        return await work(item)
      } finally {
        giveBack(item)
      }
    },
  }
}
