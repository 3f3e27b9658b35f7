import { CATEGORIES, type Category } from '../../core/event.ts'

/** What an engine's word means. */
export interface Meaning {
  /** `object.verb` of the action catalogue. */
  readonly action: string
  /** How its message begins, in the words of Container Station's log. */
  readonly phrase: string
  /** The same where it is not known how it ended, if that reads otherwise. */
  readonly unsurePhrase?: string
}

/** Longest part of the action of a word that is not in the table, in UTF-16 units. */
const ACTION_PART_LENGTH_MAX = 100

const CONTAINER_DELETE: Meaning = { action: 'container.delete', phrase: 'Destroy container' }
const CONTAINER_EXIT: Meaning = { action: 'container.exit', phrase: 'Exit container' }
const EXEC: Meaning = { action: 'container.exec', phrase: 'Create command in container' }
const EXEC_EXIT: Meaning = { action: 'container.exec.exit', phrase: 'Exit command in container' }
const IMAGE_DELETE: Meaning = {
  action: 'image.delete',
  phrase: 'Image removed',
  unsurePhrase: 'Remove image',
}
const IMAGE_PULL: Meaning = {
  action: 'image.pull',
  phrase: 'Finished to download image',
  unsurePhrase: 'Download image',
}
const NETWORK_DELETE: Meaning = { action: 'network.delete', phrase: 'Remove network' }
const VOLUME_DELETE: Meaning = { action: 'volume.delete', phrase: 'Remove volume' }

/**
 * The words of Docker and Podman by the type of what they are said of. Where the two engines (or
 * Podman's two APIs) have different words for one thing, both lead to one meaning.
 */
const WORDS: Readonly<Record<string, Readonly<Record<string, Meaning>>>> = {
  container: {
    create: { action: 'container.create', phrase: 'Create container' },
    init: { action: 'container.init', phrase: 'Prepare container' },
    start: { action: 'container.start', phrase: 'Start container' },
    stop: { action: 'container.stop', phrase: 'Stop container' },
    restart: { action: 'container.restart', phrase: 'Restart container' },
    kill: { action: 'container.kill', phrase: 'Kill container' },
    die: CONTAINER_EXIT,
    died: CONTAINER_EXIT,
    oom: { action: 'container.oom', phrase: 'Out of memory in container' },
    pause: { action: 'container.pause', phrase: 'Pause container' },
    unpause: { action: 'container.unpause', phrase: 'Unpause container' },
    cleanup: { action: 'container.cleanup', phrase: 'Clean up container' },
    destroy: CONTAINER_DELETE,
    remove: CONTAINER_DELETE,
    rename: { action: 'container.rename', phrase: 'Rename container' },
    update: { action: 'container.update', phrase: 'Update container' },
    attach: { action: 'container.attach', phrase: 'Attach to container' },
    detach: { action: 'container.detach', phrase: 'Detach from container' },
    commit: { action: 'container.commit', phrase: 'commit container' },
    exec: EXEC,
    exec_create: EXEC,
    exec_start: { action: 'container.exec.start', phrase: 'Start command in container' },
    exec_detach: { action: 'container.exec.detach', phrase: 'Detach from command in container' },
    exec_die: EXEC_EXIT,
    exec_died: EXEC_EXIT,
    health_status: { action: 'container.health', phrase: 'Check health of container' },
    'archive-path': { action: 'container.copy.out', phrase: 'Copy from container' },
    'extract-to-dir': { action: 'container.copy.in', phrase: 'Copy into container' },
    copy: { action: 'container.copy.out', phrase: 'Copy from container' },
    export: { action: 'container.export', phrase: 'Export container' },
    checkpoint: { action: 'container.checkpoint', phrase: 'Checkpoint container' },
    restore: { action: 'container.restore', phrase: 'Restore container' },
    mount: { action: 'container.mount', phrase: 'Mount container' },
    unmount: { action: 'container.unmount', phrase: 'Unmount container' },
    top: { action: 'container.top', phrase: 'List processes of container' },
    resize: { action: 'container.resize', phrase: 'Resize terminal of container' },
    prune: { action: 'container.prune', phrase: 'Prune all stopped containers' },
  },
  image: {
    build: { action: 'image.build', phrase: 'Build image' },
    pull: IMAGE_PULL,
    'pull-error': IMAGE_PULL,
    push: {
      action: 'image.push',
      phrase: 'Finished to push image',
      unsurePhrase: 'Push image',
    },
    tag: { action: 'image.tag', phrase: 'Tag image' },
    untag: { action: 'image.untag', phrase: 'Untag image' },
    delete: IMAGE_DELETE,
    remove: IMAGE_DELETE,
    import: { action: 'image.import', phrase: 'Import image' },
    load: { action: 'image.load', phrase: 'Load image' },
    loadfromarchive: { action: 'image.load', phrase: 'Load image' },
    save: { action: 'image.save', phrase: 'Save image' },
    mount: { action: 'image.mount-local', phrase: 'Mount image' },
    unmount: { action: 'image.unmount-local', phrase: 'Unmount image' },
    prune: { action: 'image.prune', phrase: 'Prune all unused images' },
  },
  network: {
    create: { action: 'network.create', phrase: 'Create network' },
    connect: { action: 'network.connect', phrase: 'Connect network' },
    disconnect: { action: 'network.disconnect', phrase: 'Disconnect network' },
    update: { action: 'network.update', phrase: 'Update network' },
    destroy: NETWORK_DELETE,
    remove: NETWORK_DELETE,
    prune: { action: 'network.prune', phrase: 'Prune all unused networks' },
  },
  volume: {
    create: { action: 'volume.create', phrase: 'Create volume' },
    mount: { action: 'volume.mount', phrase: 'Mount volume' },
    unmount: { action: 'volume.unmount', phrase: 'Unmount volume' },
    destroy: VOLUME_DELETE,
    remove: VOLUME_DELETE,
    prune: { action: 'volume.prune', phrase: 'Prune all unused volumes' },
  },
  system: {
    refresh: { action: 'engine.refresh', phrase: 'Refresh containers after a restart of the host' },
    renumber: { action: 'engine.renumber', phrase: 'Renumber locks' },
  },
  daemon: {
    reload: { action: 'engine.reload', phrase: 'Reload configuration' },
  },
}

/** What a word means. One that is not in the table keeps its own name: no event is left out. */
export function meaningOf(type: string, word: string): Meaning {
  const known = knownMeaning(type, word)
  return known ?? { action: `${actionPart(type)}.${actionPart(word)}`, phrase: `${word} ${type}` }
}

/** Whether it is known what a word means. */
export function isKnownWord(type: string, word: string): boolean {
  return knownMeaning(type, word) !== undefined
}

function knownMeaning(type: string, word: string): Meaning | undefined {
  const words = Object.hasOwn(WORDS, type) ? WORDS[type] : undefined
  return words !== undefined && Object.hasOwn(words, word) ? words[word] : undefined
}

/** The category of what events of a type are about. */
export function categoryOf(type: string): Category {
  return CATEGORIES.find((category) => category === type) ?? 'system'
}

/** Characters that no action may have become a dash. */
function actionPart(text: string): string {
  const part = text
    .slice(0, ACTION_PART_LENGTH_MAX)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[-0-9]+|-+$/g, '')
  return part === '' ? 'unnamed' : part
}
