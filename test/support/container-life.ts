import type { ContainerEngineProcess } from './container-engine.ts'
import type { Look } from './container-station-views.ts'
import type { EngineName } from './watched-engines.ts'

/** What somebody does on an engine, from the building of an image to its removal. */
export interface ContainerLife {
  /** One act after the other. */
  readonly acts: readonly (() => Promise<unknown>)[]
  /** How each thing that an engine tells of them looks; asked for when all acts are done. */
  looks(): Readonly<Record<string, Look>>
}

export interface ContainerLifeOptions {
  readonly engine: ContainerEngineProcess
  readonly engineName: EngineName
  /** Tells it from the other lives of a test: the name of its container, and of its images. */
  readonly name: string
  /** An image in a registry that nobody else pulls: `host/repository:tag`. */
  readonly pulled: string
  /** `X-Registry-Auth`, and its value. */
  readonly credentials: Readonly<Record<string, string>>
}

/** After so many acts one image is built, another came and went, and a container stands still. */
export const ACTS_UNTIL_STOP = 8

/** A life: each of the acts that an engine has events for, some of them more than once. */
export function containerLife(options: ContainerLifeOptions): ContainerLife {
  const { engine, engineName, name, pulled, credentials } = options
  const built = `localhost/${name}:1`
  const copy = `localhost/copy-of-${name}:2`
  const ids = { built: '', pulled: '', container: '' }
  const act = (path: string) => () => engine.call('POST', `/containers/${name}/${path}`)
  const remove = (path: string) => () => engine.call('DELETE', path)
  return {
    acts: [
      async () => {
        await engine.build(built)
        ids.built = await imageId(engine, built)
      },
      async () => {
        const { image, tag } = partsOf(pulled)
        const path = `/images/create?fromImage=${image}&tag=${tag}`
        await engine.call('POST', path, undefined, credentials)
        ids.pulled = await imageId(engine, pulled)
      },
      () => {
        const { image, tag } = partsOf(copy)
        return engine.call('POST', `/images/${pulled}/tag?repo=${image}&tag=${tag}`)
      },
      remove(`/images/${pulled}`),
      remove(`/images/${copy}`),
      async () => {
        ids.container = await createSleeper(engine, name, built)
      },
      act('start'),
      act('stop?t=0'),
      act('start'),
      act('restart?t=0'),
      act('stop?t=0'),
      remove(`/containers/${name}`),
      remove(`/images/${built}`),
    ],
    looks: () => ({
      ...containerLooks(name, ids.container),
      ...IMAGE_LOOKS[engineName]({ built, copy, pulled, builtId: ids.built, pulledId: ids.pulled }),
    }),
  }
}

/** Makes a container that does nothing until it is killed. Resolves with its id. */
async function createSleeper(
  engine: ContainerEngineProcess,
  name: string,
  image: string,
): Promise<string> {
  const { text } = await engine.call('POST', `/containers/create?name=${name}`, {
    Image: image,
    Cmd: ['/bin/busybox', 'sleep', '300'],
    HostConfig: { NetworkMode: 'none' },
  })
  return JSON.parse(text).Id
}

async function imageId(engine: ContainerEngineProcess, image: string): Promise<string> {
  return JSON.parse((await engine.call('GET', `/images/${image}/json`)).text).Id
}

function partsOf(image: string): { readonly image: string; readonly tag: string } {
  const colon = image.lastIndexOf(':')
  return { image: image.slice(0, colon), tag: image.slice(colon + 1) }
}

/** Digits of an id in a message. */
const ID_DIGITS_SHOWN = 12

/** How a message of a container begins and ends, and what Waybill keeps of the latter. */
interface Phrase {
  readonly phrase: string
  readonly more?: string
  readonly details?: object
}

function containerLooks(name: string, id: string): Readonly<Record<string, Look>> {
  const look = (
    action: string,
    state: string,
    { phrase, more = '', details = {} }: Phrase,
  ): Look => ({
    event: { action: `container.${action}`, target: { type: 'container', id, name }, details },
    row: {
      category: 'container',
      message: `${phrase} container (docker, ${id.slice(0, ID_DIGITS_SHOWN)}, ${name})${more}`,
    },
    notice: { category: 'container', content: { container: name, id, state, type: 'docker' } },
  })
  return {
    create: look('create', 'create', { phrase: 'Create' }),
    start: look('start', 'start', { phrase: 'Start' }),
    stop: look('stop', 'stop', { phrase: 'Stop' }),
    restart: look('restart', 'restart', { phrase: 'Restart' }),
    exit: look('exit', 'die', {
      ...{ phrase: 'Exit', more: ' with code 137' },
      details: { exitCode: '137' },
    }),
    remove: look('delete', 'destroy', { phrase: 'Destroy' }),
    kill: look('kill', 'kill', {
      ...{ phrase: 'Kill', more: ' with signal 9' },
      details: { signal: '9' },
    }),
    prepare: look('init', 'init', { phrase: 'Prepare' }),
    'clean up': look('cleanup', 'cleanup', { phrase: 'Clean up' }),
  }
}

interface Images {
  readonly built: string
  readonly copy: string
  readonly pulled: string
  readonly builtId: string
  readonly pulledId: string
}

const IMAGE_LOOKS: Readonly<Record<EngineName, (images: Images) => Record<string, Look>>> = {
  // Docker has no word for a build but that the image gets its name, and tells what is removed by
  // its id alone.
  docker1: ({ built, copy, pulled, builtId, pulledId }) => ({
    build: updated('tag', 'Tag image', { name: built }),
    pull: downloaded(pulled),
    tag: updated('tag', 'Tag image', { name: copy }),
    untag: updated('untag', 'Untag image', { id: pulledId }),
    'delete pulled': deleted({ id: pulledId }),
    'delete built': deleted({ id: builtId }),
  }),
  // Podman tells the id of what is built, without the name, and of a name that is removed both
  // that it was removed and that the image has it no more.
  podman1: ({ built, copy, pulled, builtId }) => ({
    build: updated('build', 'Build image', { id: digitsOf(builtId) }),
    pull: pulledSomehow(pulled),
    tag: updated('tag', 'Tag image', { name: copy }),
    'untag pulled': updated('untag', 'Untag image', { name: pulled }),
    'untag copy': updated('untag', 'Untag image', { name: copy }),
    'untag built': updated('untag', 'Untag image', { name: built }),
    'delete pulled': deletedSomehow({ name: pulled }),
    'delete copy': deletedSomehow({ name: copy }),
    'delete built': deletedSomehow({ name: built }),
  }),
}

/** An image by what an engine told of it. */
type Subject = { readonly name: string } | { readonly id: string }

function updated(state: string, phrase: string, subject: Subject): Look {
  const id = 'name' in subject ? subject.name : subject.id
  return imageLook(`image.${state}`, phrase, {
    subject,
    content: { action: 'update', category: 'local', id, state, type: 'docker' },
  })
}

function downloaded(pulled: string): Look {
  const { image, tag } = partsOf(pulled)
  const [host = ''] = pulled.split('/')
  return imageLook('image.pull', `Finished to download image from ${host}`, {
    subject: { name: pulled },
    content: {
      ...{ action: 'download', name: image, repository: host },
      ...{ state: 'success', tag, type: 'docker' },
    },
  })
}

/** Podman does not tell whether it went well. */
function pulledSomehow(pulled: string): Look {
  const [host = ''] = pulled.split('/')
  return imageLook('image.pull', `Download image from ${host}`, {
    subject: { name: pulled },
    content: { action: 'update', category: 'local', id: pulled, state: 'pull', type: 'docker' },
  })
}

/** Podman says the same of an image that it could not remove. */
function deletedSomehow(subject: Subject): Look {
  return updated('delete', 'Remove image', subject)
}

function deleted(subject: Subject): Look {
  const name = 'name' in subject ? partsOf(subject.name).image : subject.id
  return imageLook('image.delete', 'Image removed', {
    subject,
    content: { action: 'delete', name, state: 'success', type: 'docker' },
  })
}

function imageLook(
  action: string,
  phrase: string,
  { subject, content }: { readonly subject: Subject; readonly content: object },
): Look {
  const shown = 'name' in subject ? subject.name : digitsOf(subject.id).slice(0, ID_DIGITS_SHOWN)
  return {
    event: { action, target: { type: 'image', ...subject } },
    row: { category: 'image', message: `${phrase} (docker, ${shown})` },
    notice: { category: 'image', content },
  }
}

/** An id without the algorithm, as Podman writes it in events. */
function digitsOf(id: string): string {
  return id.replace(/^sha256:/, '')
}
