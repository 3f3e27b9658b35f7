/** A way in for events: what connects to Waybill, or what Waybill connects to. */
export interface Connection {
  readonly id: string
  readonly title: string
  /** Which systems it is for, and what is recorded of them. */
  readonly about: string
  /** The source that it sends as, with a token; absent when Waybill reads its events. */
  readonly source?: string
  readonly steps: readonly Step[]
  /** The file that describes it, below `docs`. */
  readonly document: string
}

/** One thing to do. */
interface Step {
  readonly text: string
  /** To be copied: of a shell, or of a file. */
  readonly lines: string
}

/** What the lines of a connection are filled with. */
export interface Filling {
  /** Where this page came from, such as `https://waybill.example.com`. */
  readonly url: string
  /** A token that may send, or its placeholder. */
  readonly token: string
}

/** The text in place of a token. */
export const TOKEN_PLACEHOLDER = 'TOKEN'

const CONFIGURATION = 'Add to the configuration file of Waybill, and restart it:'

/** What Waybill reads by itself, as its configuration names it. */
const READ: readonly Connection[] = [
  {
    id: 'engine',
    title: 'Docker and Podman',
    about:
      'What happens to containers, images, networks and volumes. Waybill reads the socket of ' +
      'the engine and changes nothing.',
    steps: [
      {
        text: CONFIGURATION,
        lines: `sources:
  engine:
    - name: host1
      socket: /var/run/docker.sock`,
      },
    ],
    document: 'sources/engine.md',
  },
  {
    id: 'quay',
    title: 'Red Hat Quay',
    about: 'The usage logs of organizations, users and repositories, through the API of Quay.',
    steps: [
      {
        text: CONFIGURATION,
        lines: `collectors:
  quay:
    - name: main
      url: https://quay.example.com
      tokenFile: /run/secrets/quay-token
      organizations: [acme, beta]`,
      },
    ],
    document: 'collectors.md',
  },
  {
    id: 'container-station',
    title: 'QNAP Container Station',
    about: 'The log and the events of a container host, through its API.',
    steps: [
      {
        text: CONFIGURATION,
        lines: `collectors:
  containerStation:
    - name: nas
      url: http://nas.example.com:8080
      username: audit
      passwordFile: /run/secrets/nas-password
      timezoneOffset: "+08:00"`,
      },
    ],
    document: 'collectors.md',
  },
  {
    id: 'hss',
    title: 'Huawei Cloud HSS',
    about: 'The operation logs of container images.',
    steps: [
      {
        text: CONFIGURATION,
        lines: `collectors:
  hss:
    - name: production
      url: https://hss.cn-north-4.myhuaweicloud.com
      projectId: 0f1e2d3c4b5a69788796a5b4c3d2e1f0
      accessKey: ACCESS_KEY
      secretKeyFile: /run/secrets/huawei-secret-key`,
      },
    ],
    document: 'collectors.md',
  },
  {
    id: 'opsera',
    title: 'Opsera',
    about: 'The activity of users, tokens and pipelines.',
    steps: [
      {
        text: CONFIGURATION,
        lines: `collectors:
  opsera:
    - name: main
      url: https://app.opsera.io
      tokenFile: /run/secrets/opsera-token
      since: 2026-01-01`,
      },
    ],
    document: 'collectors.md',
  },
]

/** Every way in, with lines to paste: those of the documents, filled with this server's address. */
export function connections({ url, token }: Filling): readonly Connection[] {
  return [
    {
      id: 'command',
      title: 'A command',
      about: 'Send an event from a shell, a script or a program that speaks HTTP.',
      source: 'api/first-sender',
      steps: [
        {
          text: 'Send an event:',
          lines: `curl -sS ${url}/v1/events \\
  -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/json' \\
  -d '{"action": "image.push", "actor": {"name": "alice"},
       "target": {"type": "image", "namespace": "demo", "repository": "app", "tag": "1"}}'`,
        },
        {
          text: 'Or, with the command line of Waybill:',
          lines: `export WAYBILL_SERVER=${url} WAYBILL_TOKEN=${token}
waybill send --action image.push --actor alice --namespace demo --repository app --tag 1`,
        },
      ],
      document: 'api.md',
    },
    {
      id: 'registry',
      title: 'A registry',
      about:
        'CNCF Distribution (docker-registry, registry:2, registry:3), GitLab and Azure Container ' +
        'Registry report who pushed, pulled and deleted what.',
      source: 'distribution/reg1',
      steps: [
        {
          text: 'Add to the configuration file of the registry, often config.yml:',
          lines: `notifications:
  events: { includereferences: true }
  endpoints:
    - name: waybill
      url: ${url}/v1/sources/distribution/reg1
      headers: { Authorization: [Bearer ${token}] }
      timeout: 5s
      threshold: 3
      backoff: 1s`,
        },
      ],
      document: 'sources/distribution.md',
    },
    ...READ,
    {
      id: 'buildbot',
      title: 'Buildbot',
      about: 'Builds and their steps, from the reporter of Buildbot.',
      source: 'buildbot/ci',
      steps: [
        {
          text: 'Add to master.cfg:',
          lines: `c['services'].append(reporters.HttpStatusPush(
    serverUrl='${url}/v1/sources/buildbot/ci',
    headers={'Authorization': 'Bearer ${token}'},
    generators=[reporters.BuildStatusGenerator(
        mode='all',
        report_new=True,
        message_formatter=reporters.MessageFormatterFunction(
            lambda context: context['build'], 'json', want_steps=True))]))`,
        },
      ],
      document: 'sources/buildbot.md',
    },
  ]
}

/** The user whose token sends as a source. */
export function senderOf(source: string): string {
  const [kind = '', name = ''] = source.split('/')
  return kind === 'api' ? name : `${kind}-${name}`
}

/** The commands that make a token for a source, as its documents have them. */
export function tokenCommands(source: string): string {
  const user = senderOf(source)
  return `waybill user create ${user} --kind service --role writer
waybill token create ${user} --scope events:write --source ${source}`
}
