import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Test files at once where each starts servers: while one waits, another computes. */
const SERVER_FILES_AT_ONCE = 2

/**
 * System tests that must not share the machine with others:
 *
 * - Every Podman of a host has the same locks, in shared memory, and those that start free them.
 *   Every Docker looks for its plugins in /run/docker/plugins, which a test makes and removes.
 * - A thousand clients that wait at once get their answers in time from a server that is not
 *   kept from the processor.
 * - Memory is measured, and a disk of memory is filled.
 */
const ALONE = [
  'test/system/container-image.test.ts',
  'test/system/container-station-engine.test.ts',
  'test/system/container-station.test.ts',
  'test/system/docker-authz.test.ts',
  'test/system/docker-reading.test.ts',
  'test/system/engine.test.ts',
  'test/system/container-station-load.test.ts',
  'test/system/download-memory.test.ts',
  'test/system/export-memory.test.ts',
  'test/system/full-disk.test.ts',
]

/** Of tests that start servers. A process each, so that what one leaves behind ends with it. */
const SERVERS = { testTimeout: 600_000, hookTimeout: 300_000, pool: 'forks' } as const

/**
 * Each limit only ends what hangs, on the busiest machine: no test measures time.
 *
 * `unit` (no engine) and `conformance` (the store's contract on every connection) run first, then
 * `system` (the built program against real registries, databases and kills) and `outside` (the
 * built program against the programs of others), and at last `system-alone`, one file at a time.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'conformance',
          include: ['test/conformance/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          pool: 'forks',
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...SERVERS,
          name: 'system',
          include: ['test/system/**/*.test.ts', 'test/transcripts/**/*.test.ts'],
          exclude: ALONE,
          maxWorkers: SERVER_FILES_AT_ONCE,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...SERVERS,
          name: 'outside',
          include: ['test/outside/**/*.test.ts'],
          maxWorkers: SERVER_FILES_AT_ONCE,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...SERVERS,
          name: 'system-alone',
          include: ALONE,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
