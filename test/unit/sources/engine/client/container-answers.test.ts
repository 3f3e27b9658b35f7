import { describe, expect, test } from 'vitest'
import {
  readContainerList,
  readInspection,
  readStatistics,
} from '../../../../../src/sources/engine/client/container-answers.ts'
import { capturedValues } from '../captured.ts'

describe.each([
  [
    'docker',
    '728d06c45dd724ab810144f77fe7f4e4075bd591737416e94798fe685775dcf6',
    'localhost/dbox:1',
  ],
  [
    'podman',
    '8795b282d7ea5e8d4d62979aa49b22b096c1f849ef4145de208a66866473f60f',
    'localhost/bbox:1',
  ],
])('what %s answered about a container', (engine, id, image) => {
  const [inspection, statistics] = capturedValues(`${engine}-container.jsonl`)

  test('is read', () => {
    expect(readInspection(inspection)).toMatchObject({
      id,
      name: 'web1',
      image,
      state: 'running',
      running: true,
      networkMode: 'none',
      addresses: [],
      ports: [],
      labels: { team: 'payments' },
    })
  })

  test('its figures are read', () => {
    const { processorPercent, memoryBytes } = readStatistics(statistics)
    expect(memoryBytes).toBeGreaterThan(300_000)
    expect(processorPercent).toBeGreaterThanOrEqual(0)
    expect(processorPercent).toBeLessThan(200)
  })
})

test('ports and addresses are told once each', () => {
  const inspection = {
    Id: 'ab',
    NetworkSettings: {
      IPAddress: '172.17.0.2',
      Networks: { bridge: { IPAddress: '172.17.0.2', GlobalIPv6Address: 'fd00::2' } },
      Ports: {
        '80/tcp': [
          { HostIp: '0.0.0.0', HostPort: '8080' },
          { HostIp: '::', HostPort: '8080' },
        ],
        '53/udp': null,
      },
    },
  }
  expect(readInspection(inspection)).toMatchObject({
    addresses: ['172.17.0.2', 'fd00::2'],
    ports: [
      { containerPort: 80, hostPort: 8080, protocol: 'tcp' },
      { containerPort: 53, protocol: 'udp' },
    ],
  })
  const listed = {
    Id: 'ab',
    Names: ['/web'],
    State: 'exited',
    Ports: [
      { IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
      { IP: '::', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
    ],
  }
  expect(readContainerList([listed, 7])).toMatchObject([
    {
      name: 'web',
      running: false,
      ports: [{ containerPort: 80, hostPort: 8080, protocol: 'tcp' }],
    },
  ])
})

test('two measurements give the share of the time between them', () => {
  const statistics = {
    cpu_stats: { cpu_usage: { total_usage: 150 }, system_cpu_usage: 1200, online_cpus: 4 },
    precpu_stats: { cpu_usage: { total_usage: 100 }, system_cpu_usage: 1000 },
    networks: { a: { rx_bytes: 1, tx_bytes: 2 }, b: { rx_bytes: 10, tx_bytes: 20 } },
  }
  expect(readStatistics(statistics)).toEqual({
    processorPercent: 100,
    memoryBytes: 0,
    receivedBytes: 11,
    sentBytes: 22,
  })
})

test.each([undefined, null, 7, 'text', [], {}, { Id: 7 }])('%j is no container', (value) => {
  expect(readInspection(value)).toBeUndefined()
  expect(readContainerList(value)).toEqual([])
})
