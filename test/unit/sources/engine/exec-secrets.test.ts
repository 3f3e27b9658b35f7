import { expect, test } from 'vitest'
import { captured, eventsOf } from './captured.ts'

/** The secrets of the captured command lines. */
const SECRETS = /hunter2|c2VjcmV0|11111111-2222|wJalr/

test('of commands as Docker writes them, without quotes, the secrets alone are taken out', () => {
  const events = eventsOf(captured('exec-secrets.jsonl'))
  expect(JSON.stringify(events)).not.toMatch(SECRETS)
  expect(events.map(({ details }) => details?.['command'])).toEqual([
    'curl -s -H Authorization: ApiKey [redacted] https://es.example:9200/_cat/health',
    'curl -H Authorization: Splunk [redacted] https://hec.example:8088/services/collector',
    'curl -ubackup:[redacted] https://nexus.example/repository',
    'redis-cli CONFIG SET requirepass [redacted]',
    'aws configure set aws_secret_access_key [redacted]',
    "psql -c ALTER USER app WITH PASSWORD '[redacted]'",
    'mysqladmin -uroot password [redacted]',
    'sshpass -p[redacted] ssh root@10.0.0.4',
    'curl -H X-Vault-Token: [redacted] https://vault.example/v1/secret',
  ])
})
