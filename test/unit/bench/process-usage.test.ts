import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { threadSeconds } from '../../../bench/process-usage.ts'

test('the work of another thread is not counted as that of the main thread', async () => {
  const before = await threadSeconds(process.pid)
  const worker = new Worker(
    `const start = process.cpuUsage(); while (process.cpuUsage(start).user < 300_000) {}`,
    { eval: true },
  )
  await new Promise((resolve) => worker.once('exit', resolve))
  const after = await threadSeconds(process.pid)
  expect(after.others - before.others).toBeGreaterThan(after.main - before.main)
})
