import { CATEGORIES, type Category } from '../../core/event/event.ts'

/** The meaning of an engine's word. */
export interface Meaning {
  /** `object.verb` of the action catalogue. */
  readonly action: string
  /** What happened, with `%` for the target. */
  readonly phrase: string
  /** The wording for an unknown outcome, if it differs. */
  readonly unsurePhrase?: string
}

/** Longest part of the action for a word that is not in the table, in UTF-16 units. */
const ACTION_PART_LENGTH_MAX = 100

const CONTAINER_DELETE: Meaning = { action: 'container.delete', phrase: '% removed' }
const CONTAINER_EXIT: Meaning = { action: 'container.exit', phrase: '% exited' }
const EXEC: Meaning = { action: 'container.exec', phrase: 'command created in %' }
const EXEC_EXIT: Meaning = { action: 'container.exec.exit', phrase: 'command exited in %' }
const IMAGE_DELETE: Meaning = {
  action: 'image.delete',
  phrase: '% removed',
  unsurePhrase: 'removal of %',
}
const IMAGE_PULL: Meaning = { action: 'image.pull', phrase: '% pulled', unsurePhrase: 'pull of %' }
const NETWORK_DELETE: Meaning = { action: 'network.delete', phrase: '% removed' }
const VOLUME_DELETE: Meaning = { action: 'volume.delete', phrase: '% removed' }

/**
 * The words of Docker and Podman, by type. Where the two engines (or Podman's two APIs) have
 * different words for one thing, both have one meaning.
 */
const WORDS: Readonly<Record<string, Readonly<Record<string, Meaning>>>> = {
  container: {
    create: { action: 'container.create', phrase: '% created' },
    init: { action: 'container.init', phrase: '% initialized' },
    start: { action: 'container.start', phrase: '% started' },
    stop: { action: 'container.stop', phrase: '% stopped' },
    restart: { action: 'container.restart', phrase: '% restarted' },
    kill: { action: 'container.kill', phrase: '% killed' },
    die: CONTAINER_EXIT,
    died: CONTAINER_EXIT,
    oom: { action: 'container.oom', phrase: '% ran out of memory' },
    pause: { action: 'container.pause', phrase: '% paused' },
    unpause: { action: 'container.unpause', phrase: '% resumed' },
    cleanup: { action: 'container.cleanup', phrase: '% cleaned up' },
    destroy: CONTAINER_DELETE,
    remove: CONTAINER_DELETE,
    rename: { action: 'container.rename', phrase: '% renamed' },
    update: { action: 'container.update', phrase: '% updated' },
    attach: { action: 'container.attach', phrase: 'client attached to %' },
    detach: { action: 'container.detach', phrase: 'client detached from %' },
    commit: { action: 'container.commit', phrase: '% committed' },
    exec: EXEC,
    exec_create: EXEC,
    exec_start: { action: 'container.exec.start', phrase: 'command started in %' },
    exec_detach: { action: 'container.exec.detach', phrase: 'client detached from a command in %' },
    exec_die: EXEC_EXIT,
    exec_died: EXEC_EXIT,
    health_status: { action: 'container.health', phrase: 'health of %' },
    'archive-path': { action: 'container.copy.out', phrase: 'files copied from %' },
    'extract-to-dir': { action: 'container.copy.in', phrase: 'files copied into %' },
    copy: { action: 'container.copy.out', phrase: 'files copied from %' },
    export: { action: 'container.export', phrase: '% exported' },
    checkpoint: { action: 'container.checkpoint', phrase: '% checkpointed' },
    restore: { action: 'container.restore', phrase: '% restored' },
    mount: { action: 'container.mount', phrase: '% mounted' },
    unmount: { action: 'container.unmount', phrase: '% unmounted' },
    top: { action: 'container.top', phrase: 'processes of % listed' },
    resize: { action: 'container.resize', phrase: 'terminal of % resized' },
    prune: { action: 'container.prune', phrase: 'stopped containers pruned' },
  },
  image: {
    build: { action: 'image.build', phrase: '% built', unsurePhrase: 'build of %' },
    pull: IMAGE_PULL,
    'pull-error': IMAGE_PULL,
    push: { action: 'image.push', phrase: '% pushed', unsurePhrase: 'push of %' },
    tag: { action: 'image.tag', phrase: '% tagged' },
    untag: { action: 'image.untag', phrase: '% untagged', unsurePhrase: 'untagging of %' },
    delete: IMAGE_DELETE,
    remove: IMAGE_DELETE,
    import: { action: 'image.import', phrase: '% imported', unsurePhrase: 'import of %' },
    load: { action: 'image.load', phrase: '% loaded', unsurePhrase: 'load of %' },
    loadfromarchive: { action: 'image.load', phrase: '% loaded', unsurePhrase: 'load of %' },
    save: { action: 'image.save', phrase: '% saved', unsurePhrase: 'save of %' },
    mount: { action: 'image.mount-local', phrase: '% mounted' },
    unmount: { action: 'image.unmount-local', phrase: '% unmounted' },
    prune: { action: 'image.prune', phrase: 'unused images pruned' },
  },
  network: {
    create: { action: 'network.create', phrase: '% created' },
    connect: { action: 'network.connect', phrase: 'container connected to %' },
    disconnect: { action: 'network.disconnect', phrase: 'container disconnected from %' },
    update: { action: 'network.update', phrase: '% updated' },
    destroy: NETWORK_DELETE,
    remove: NETWORK_DELETE,
    prune: { action: 'network.prune', phrase: 'unused networks pruned' },
  },
  volume: {
    create: { action: 'volume.create', phrase: '% created' },
    mount: { action: 'volume.mount', phrase: '% mounted' },
    unmount: { action: 'volume.unmount', phrase: '% unmounted' },
    destroy: VOLUME_DELETE,
    remove: VOLUME_DELETE,
    prune: { action: 'volume.prune', phrase: 'unused volumes pruned' },
  },
  system: {
    refresh: {
      action: 'engine.refresh',
      phrase: 'containers refreshed after a restart of the host',
    },
    renumber: { action: 'engine.renumber', phrase: 'locks renumbered' },
  },
  daemon: {
    reload: { action: 'engine.reload', phrase: 'configuration reloaded' },
  },
}

/** What a word means. An unknown word becomes its own action, so that no event is left out. */
export function meaningOf(type: string, word: string): Meaning {
  const known = knownMeaning(type, word)
  return known ?? { action: `${actionPart(type)}.${actionPart(word)}`, phrase: `%: ${word}` }
}

/** Whether the table has a word. */
export function isKnownWord(type: string, word: string): boolean {
  return knownMeaning(type, word) !== undefined
}

function knownMeaning(type: string, word: string): Meaning | undefined {
  const words = Object.hasOwn(WORDS, type) ? WORDS[type] : undefined
  return words !== undefined && Object.hasOwn(words, word) ? words[word] : undefined
}

/** The category of the events of a type. */
export function categoryOf(type: string): Category {
  return CATEGORIES.find((category) => category === type) ?? 'system'
}

/** Replaces each run of characters that an action cannot have with a dash. */
function actionPart(text: string): string {
  const part = text
    .slice(0, ACTION_PART_LENGTH_MAX)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[-0-9]+|-+$/g, '')
  return part === '' ? 'unnamed' : part
}
