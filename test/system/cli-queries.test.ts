import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommand } from '../support/command-line.ts'
import { startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

let waybill: WaybillProcess

beforeAll(async () => {
  waybill = await startWaybill()
})
afterAll(() => waybill.stop())

const run = (argv: readonly string[], input?: string) => runCommand(waybill, argv, input)

/** The namespaces of the events that a command prints as JSON, one a line. */
async function namespacesOf(argv: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await run(argv)
  return stdout.split('\n').flatMap((line) => {
    return line === '' ? [] : [String(JSON.parse(line).target.namespace)]
  })
}

test('options that begin with --not leave out what the others find', async () => {
  const events = ['kept', 'left-out', 'kept-too'].map((namespace) => ({
    action: 'image.push',
    target: { namespace },
    message: `about ${namespace}`,
  }))
  await run(['send'], JSON.stringify(events))
  const pushes = ['--action', 'image.push']
  const found = (...options: string[]) =>
    namespacesOf(['search', '--json', '--oldest', ...pushes, ...options])
  expect(await found('--not-namespace', 'left-out')).toEqual(['kept', 'kept-too'])
  expect(await found('--not', 'about too', '--not-namespace', 'left-out')).toEqual(['kept'])
  expect(await found('--not-action', 'image.push')).toEqual([])
  const exported = await namespacesOf(['export', ...pushes, '--not-namespace', 'kept'])
  expect(exported).toEqual(['left-out', 'kept-too'])
})
