import { userAgent } from '../../../config/version.ts'
import type { CollectorKind } from '../../../dialects/collecting/define-collector.ts'
import { COLLECTING_OPTIONS, runCollector } from '../../client/collecting.ts'
import type { Command } from '../../command.ts'
import { defineCommand } from '../../define-command.ts'
import { collectorOptions, readCollectorOptions } from './collector-options.ts'

/** A command of `waybill collect`: reads one vendor's server and sends what it finds. */
export function collectCommand(kind: CollectorKind): Command {
  const { product, reads, key, examples } = kind
  return defineCommand(
    {
      name: `collect ${kind.kind}`,
      summary: `Read ${reads} into the ledger`,
      description: `Reads ${reads} through its API from this machine, and sends what it finds to
the server. The server keeps the position under the name of the collector, so the same command
continues later where the last one ended, even if that was interrupted. What is read twice is stored
once.

A server can do the same by itself: see collectors.${key} in docs/reference/configuration.md.`,
      options: { ...collectorOptions(kind), ...COLLECTING_OPTIONS },
      examples,
    },
    async ({ options, io }) => {
      const item = readCollectorOptions(kind, options, io.env)
      const surroundings = { environment: io.env, userAgent: userAgent() }
      return runCollector({
        collector: await kind.open(item, surroundings),
        ...{ product, options, io },
      })
    },
  )
}
