/** Longest wait for the store's sign of life, ms. */
const PROBE_MS_MAX = 2_000

/** Whether requests can be answered: what `/readyz` tells a load balancer. */
export interface Readiness {
  /** Undefined when requests can be answered, else why not, as a short text for people. */
  obstacle(): Promise<string | undefined>
  readonly started: () => void
  readonly stopping: () => void
}

/** @param probeStore resolves when the store answers, rejects when it does not. */
export function createReadiness(probeStore: () => Promise<unknown>): Readiness {
  let phase: 'starting' | 'serving' | 'stopping' = 'starting'
  return {
    async obstacle() {
      if (phase !== 'serving') return phase
      return (await answers(probeStore)) ? undefined : 'the store does not answer'
    },
    started() {
      phase = 'serving'
    },
    stopping() {
      phase = 'stopping'
    },
  }
}

async function answers(probe: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), PROBE_MS_MAX)
  })
  try {
    return await Promise.race([
      probe().then(
        () => true,
        () => false,
      ),
      late,
    ])
  } finally {
    clearTimeout(timer)
  }
}
