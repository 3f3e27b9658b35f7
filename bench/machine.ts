import { readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'

/** What the figures were measured on. */
export interface Machine {
  /** One line: processor, memory, kernel, Node, engine. */
  readonly text: string
}

const GIBIBYTE = 2 ** 30

export function describeMachine(): Machine {
  const processors = cpus()
  const model = processors[0]?.model.trim() ?? 'an unknown processor'
  const memory = `${Math.round(totalmem() / GIBIBYTE)} GiB of memory`
  const engine = `chDB ${installedVersion('chdb')}`
  const parts = [`${processors.length} cores of ${model}`, memory, `Linux ${release()}`]
  return { text: [...parts, `Node ${process.versions.node}`, engine].join(', ') }
}

function installedVersion(name: string): string {
  const path = new URL(`../node_modules/${name}/package.json`, import.meta.url)
  const { version }: { version?: unknown } = JSON.parse(readFileSync(path, 'utf8'))
  return String(version)
}
