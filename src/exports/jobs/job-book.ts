import { Value } from 'typebox/value'
import type { RecordStore } from '../../access/record-store.ts'
import { Fault } from '../../core/errors.ts'
import { ExportJob } from './export-job.ts'

const KIND = 'export'

/**
 * The exports of one instance, kept in the store and answered from memory.
 *
 * A change is durable once its promise resolves, and only then seen in memory. Changes run one
 * after the other. They reject with `store.unavailable`.
 */
export interface JobBook {
  all(): readonly ExportJob[]
  add(job: ExportJob): Promise<void>
  /** Nothing happens when there is no such export any more. */
  change(id: string, change: (job: ExportJob) => ExportJob): Promise<void>
  remove(id: string): Promise<void>
}

/** Reads the exports of an instance. @throws Fault `store.unavailable`. */
export async function openJobBook(records: RecordStore, origin: string): Promise<JobBook> {
  const loaded = (await records.load(KIND)).map(({ id, body }) => read(id, body))
  const jobs = new Map(loaded.filter((job) => job.origin === origin).map((job) => [job.id, job]))
  let lastChange: Promise<unknown> = Promise.resolve()
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = lastChange.then(work)
    lastChange = turn.catch(() => undefined)
    return turn
  }
  const keep = async (job: ExportJob) => {
    await records.put({ kind: KIND, id: job.id, body: { ...job } })
    jobs.set(job.id, job)
  }
  return {
    all: () => [...jobs.values()],
    add: (job) => inTurn(() => keep(job)),
    change: (id, change) =>
      inTurn(async () => {
        const job = jobs.get(id)
        if (job !== undefined) await keep(change(job))
      }),
    remove: (id) =>
      inTurn(async () => {
        await records.remove(KIND, id)
        jobs.delete(id)
      }),
  }
}

function read(id: string, body: unknown): ExportJob {
  try {
    return Value.Parse(ExportJob, body)
  } catch (cause) {
    throw new Fault('internal.fault', { detail: `the export record ${id} cannot be read`, cause })
  }
}
