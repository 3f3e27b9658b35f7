import { describe, expect, test } from 'vitest'
import { redactNamed, redactText } from '../../../src/sources/redaction.ts'

const X = '[redacted]'

describe('secrets of a command line are taken out', () => {
  test.each([
    ['docker login --password hunter2 -u bob', `docker login --password ${X} -u bob`],
    ['login --password=hunter2', `login --password=${X}`],
    ['login --registry-password "two words" next', `login --registry-password ${X} next`],
    ["login --api-key 'k1' --verbose", `login --api-key ${X} --verbose`],
    ['tool -token abc', `tool -token ${X}`],
    ['sshpass -p hunter2 ssh host', `sshpass -p ${X} ssh host`],
    ['mysql -uroot -phunter2 db', `mysql -uroot -p${X} db`],
    ['mysqldump --defaults -p hunter2 db', `mysqldump --defaults -p ${X} db`],
    ['redis-cli -a hunter2 ping', `redis-cli -a ${X} ping`],
    ['ldapsearch -x -w hunter2', `ldapsearch -x -w ${X}`],
    ['curl -u bob:hunter2 http://h/', `curl -u bob:${X} http://h/`],
    ['curl --user bob:hunter2 http://h/', `curl --user bob:${X} http://h/`],
    ['sh -c TOKEN=abc run', `sh -c TOKEN=${X} run`],
    ['env AWS_SECRET_ACCESS_KEY=a/b+c cmd', `env AWS_SECRET_ACCESS_KEY=${X} cmd`],
    ['PGPASSWORD=hunter2 psql', `PGPASSWORD=${X} psql`],
    ['sh -c "export DB_PASS=\'a b\'; go"', `sh -c "export DB_PASS=${X}; go"`],
    ['psql postgres://bob:hunter2@db/app', `psql postgres://bob:${X}@db/app`],
    ['git clone https://oauth2:abc@git.example/r', `git clone https://oauth2:${X}@git.example/r`],
    ['curl -H "Authorization: Bearer abc.def" h', `curl -H "Authorization: Bearer ${X}" h`],
    ['curl -H Authorization: Basic Ym9i h', `curl -H Authorization: Basic ${X} h`],
    ['curl -H "X-Auth-Token: abc" h', `curl -H "X-Auth-Token: ${X}" h`],
    ['echo {"password": "hunter2", "a": 1}', `echo {"password": ${X}, "a": 1}`],
    ["psql -c ALTER USER bob PASSWORD 'hunter2'", `psql -c ALTER USER bob PASSWORD ${X}`],
    ["mysql -e SET x IDENTIFIED BY 'hunter2'", `mysql -e SET x IDENTIFIED BY ${X}`],
    [`echo ghp_${'a'.repeat(36)} | cat`, `echo ${X} | cat`],
    [
      'echo -----BEGIN RSA PRIVATE KEY----- MIIE -----END RSA PRIVATE KEY----- done',
      `echo ${X} done`,
    ],
    ['echo -----BEGIN PRIVATE KEY----- MIIE and cut', `echo ${X}`],
  ])('%s', (command, expected) => {
    expect(redactText(command)).toBe(expected)
    expect(redactText(expected), 'redacting again changes nothing').toBe(expected)
  })
})

test.each([
  '/bin/busybox echo in-exec',
  'ls -la /etc/passwd-backup',
  'curl https://registry.example:5000/v2/ -o out',
  'git clone ssh://git@git.example/repo',
  'find / -path /proc -prune -o -print',
  'tool --author bob --compact',
  'cat /run/secrets/db',
])('what is no secret stays: %s', (command) => {
  expect(redactText(command)).toBe(command)
})

test('a label that is called a secret is one whole', () => {
  expect(redactNamed('com.example.db.password', 'any thing')).toBe(X)
  expect(redactNamed('traefik.middlewares.basicauth.users', 'bob:$apr1$x')).toBe(X)
  expect(redactNamed('org.opencontainers.image.authors', 'bob')).toBe('bob')
  expect(redactNamed('backup.url', 's3://key:abc@host')).toBe(`s3://key:${X}@host`)
})
