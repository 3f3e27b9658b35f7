import { expect, test } from 'vitest'
import {
  engineActionsSaying,
  engineMessage,
} from '../../../../../src/dialects/container-station/log/engine-message.ts'
import { messageOf } from '../../../../../src/dialects/container-station/log/message.ts'
import { captured, eventsOf, eventsOfProduct, line } from '../../../sources/engine/captured.ts'

test('what Docker reports reads as in the log of Container Station', () => {
  expect(eventsOf(captured('docker-events.jsonl')).map(messageOf)).toEqual(
    expect.arrayContaining([
      'Create container (docker, 728d06c45dd7, web1)',
      'Start container (docker, 728d06c45dd7, web1)',
      'Restart container (docker, 728d06c45dd7, web2)',
      'Stop container (docker, 728d06c45dd7, web2)',
      'Exit container (docker, 728d06c45dd7, web2) with code 137',
      'Destroy container (docker, 728d06c45dd7, web2)',
      'Rename container (docker, 728d06c45dd7, web2) from web1',
      'commit container (docker, 728d06c45dd7, localhost/committed:1)',
      'Create volume: v1',
      'Remove volume: v1',
      'Finished to download image from 127.0.0.1:5000 (docker, 127.0.0.1:5000/team/dbox:1)',
      'Image removed (docker, b4548bcda050)',
    ]),
  )
})

test('what Podman reports reads so too, and claims no more than Podman does', () => {
  const said = (file: string) => eventsOfProduct('podman', captured(file)).map(engineMessage)
  expect(said('podman-health-states.jsonl')).toEqual([
    'Check health of container (docker, 1f0c5a6b7d8e, web1): healthy',
    'Check health of container (docker, 1f0c5a6b7d8e, web1): unhealthy',
  ])
  expect(said('podman-exec-died.jsonl')).toEqual([
    'Exit command in container (docker, 1f0c5a6b7d8e, web1) with code 1',
  ])
  const pulled = { Type: 'image', Action: 'pull', id: '', Attributes: { name: 'q.io/t/a:1' } }
  expect(eventsOfProduct('podman', line(pulled)).map(engineMessage)).toEqual([
    'Download image from q.io (docker, q.io/t/a:1)',
  ])
  const refused = { ...pulled, Action: 'pull-error', Attributes: { name: 'a:1', error: 'no' } }
  expect(eventsOfProduct('podman', line(refused)).map(engineMessage)).toEqual([
    'Failed to download image from dockerhub (docker, a:1)',
  ])
})

test('a search for the words of a row finds the action that they say', () => {
  expect(engineActionsSaying('FINISHED to download')).toEqual(['image.pull'])
  expect(engineActionsSaying('destroy container')).toEqual(['container.delete'])
  expect(engineActionsSaying('web1')).toEqual([])
})
