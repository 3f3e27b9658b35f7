import { CATEGORIES, type Category } from './event.ts'

/** One action that Waybill's own adapters use. Senders may use others of the same form. */
export interface ActionEntry {
  /** `object.verb`, lower case. */
  readonly action: string
  readonly category: Category
  /** What happened when the outcome is success, as a sentence without a full stop. */
  readonly description: string
}

/** Each action once, under its category. How it ended is the outcome's to say, never the verb's. */
const DESCRIPTIONS: Partial<Record<Category, Readonly<Record<string, string>>>> = {
  image: {
    'image.push': 'An image manifest was pushed',
    'image.pull': 'An image manifest was pulled',
    'image.delete': 'An image manifest was deleted',
    'image.mount': 'A manifest was mounted from another repository',
    'image.pull-derived': 'A squashed or converted form of an image was pulled',
    'image.add-label': 'A label was added to a manifest',
    'image.delete-label': 'A label was removed from a manifest',
    'blob.push': 'A layer or configuration was pushed',
    'blob.pull': 'A layer or configuration was pulled',
    'blob.delete': 'A layer or configuration was deleted',
    'blob.mount': 'A layer or configuration was mounted from another repository',
    'tag.create': 'A tag was put on a manifest',
    'tag.move': 'A tag was moved from one manifest to another',
    'tag.delete': 'A tag was deleted',
    'tag.purge': 'A tag was deleted for good, past restoring',
    'tag.prune': 'A tag was deleted by a pruning policy',
    'tag.revert': 'A tag was restored to a manifest that it had before',
    'tag.change-expiration': 'The expiration date of a tag was set or removed',
    'tag.change-immutability': 'A tag was made immutable or changeable again',
    'tag.protect': 'A tag was made immutable by a policy',
    'tag.protect-matching': 'All tags that match a policy were made immutable',
  },
  repository: {
    'repository.create': 'A repository was created',
    'repository.delete': 'A repository was deleted',
    'repository.change-description': 'The description of a repository was changed',
    'repository.change-visibility': 'A repository was made public or private',
    'repository.change-trust': 'Content trust of a repository was switched',
    'repository.change-state': 'A repository was made normal, read-only or a mirror',
    'repository.add-permission': 'A permission on a repository was given',
    'repository.change-permission': 'A permission on a repository was given or changed',
    'repository.delete-permission': 'A permission on a repository was taken away',
    'repository.add-webhook': 'A webhook was added to a repository',
    'repository.delete-webhook': 'A webhook was removed from a repository',
    'repository.add-notification': 'A notification was added to a repository',
    'repository.delete-notification': 'A notification was removed from a repository',
    'repository.reset-notification': 'A notification of a repository was enabled again',
  },
  organization: {
    'organization.create': 'An organization was created',
    'organization.delete': 'An organization was deleted',
    'organization.rename': 'An organization was renamed',
    'organization.take-over': 'A superuser took a namespace over',
    'organization.change-email': 'The e-mail address of an organization was changed',
    'organization.change-invoicing': 'The invoice settings of an organization were changed',
    'organization.change-tag-expiration': 'How long an organization keeps old tags was changed',
    'organization.add-notification': 'A notification was added to a namespace',
    'organization.delete-notification': 'A notification was removed from a namespace',
    'organization.reset-notification': 'A notification of a namespace was enabled again',
    'application.create': 'An OAuth application was created',
    'application.update': 'An OAuth application was changed',
    'application.delete': 'An OAuth application was deleted',
    'application.reset-secret': 'The client secret of an OAuth application was replaced',
  },
  team: {
    'team.create': 'A team was created',
    'team.delete': 'A team was deleted',
    'team.change-description': 'The description of a team was changed',
    'team.change-role': 'The role of a team was changed',
    'team.add-member': 'A member was added to a team',
    'team.remove-member': 'A member was removed from a team',
    'team.invite-member': 'Somebody was invited to a team',
    'team.delete-invite': 'An invitation to a team was withdrawn',
    'team.accept-invite': 'An invitation to a team was accepted',
    'team.decline-invite': 'An invitation to a team was declined',
    'team.enable-sync': 'A team was bound to a group of the directory service',
    'team.disable-sync': 'A team was released from its group of the directory service',
  },
  user: {
    'user.create': 'A user was created',
    'user.delete': 'A user was deleted',
    'user.enable': 'A user was enabled',
    'user.disable': 'A user was disabled',
    'user.rename': 'A user was renamed',
    'user.change-email': 'The e-mail address of a user was changed',
    'user.change-password': 'A user changed the own password',
    'user.reset-password': 'The password of a user was changed by a superuser',
    'user.change-profile': 'The profile of a user was changed',
    'user.change-invoicing': 'The invoice settings of a user were changed',
    'user.change-tag-expiration': 'How long a user keeps old tags was changed',
    'user.change-plan': 'The plan of an account was changed',
    'user.change-card': 'The payment card of an account was changed',
    'user.convert': 'A user account was turned into an organization',
    'user.generate-client-key': 'A password for command line clients was generated',
  },
  robot: {
    'robot.create': 'A robot account was created',
    'robot.delete': 'A robot account was deleted',
    'robot.regenerate-token': 'The token of a robot account was replaced',
    'robot.add-federation': 'A robot account was federated with an identity provider',
    'robot.delete-federation': 'The federation of a robot account was removed',
    'robot.exchange-token': 'A federated identity was exchanged for a robot token',
  },
  token: {
    'token.create': 'An API token was created',
    'token.revoke': 'An API token was revoked',
    'token.assign': 'An API token was assigned to a user',
    'token.unassign': 'The assignment of an API token was revoked',
    'app-token.create': 'An application-specific token was created',
    'app-token.revoke': 'An application-specific token was revoked',
    'repository-token.create': 'An access token of a repository was created',
    'repository-token.delete': 'An access token of a repository was deleted',
  },
  pipeline: {
    'build.start': 'An image build was started',
    'build.cancel': 'An image build was cancelled',
    'build-trigger.create': 'A build trigger was set up',
    'build-trigger.delete': 'A build trigger was deleted',
    'build-trigger.toggle': 'A build trigger was enabled or disabled',
    'build-trigger.start': 'A build trigger was started by hand',
  },
  policy: {
    'organization-prune-policy.create': 'A pruning policy of a namespace was created',
    'organization-prune-policy.update': 'A pruning policy of a namespace was changed',
    'organization-prune-policy.delete': 'A pruning policy of a namespace was deleted',
    'repository-prune-policy.create': 'A pruning policy of a repository was created',
    'repository-prune-policy.update': 'A pruning policy of a repository was changed',
    'repository-prune-policy.delete': 'A pruning policy of a repository was deleted',
    'immutability-policy.create': 'A tag immutability policy was created',
    'immutability-policy.update': 'A tag immutability policy was changed',
    'immutability-policy.delete': 'A tag immutability policy was deleted',
    'default-permission.create': 'A default permission for new repositories was created',
    'default-permission.change': 'A default permission for new repositories was changed',
    'default-permission.delete': 'A default permission for new repositories was deleted',
    'quota.create': 'A storage quota was set',
    'quota.change': 'A storage quota was changed',
    'quota.delete': 'A storage quota was removed',
    'quota-limit.create': 'A threshold of a storage quota was set',
    'quota-limit.change': 'A threshold of a storage quota was changed',
    'quota-limit.delete': 'A threshold of a storage quota was removed',
  },
  registry: {
    'proxy-cache.create': 'A namespace was made a cache of another registry',
    'proxy-cache.delete': 'A namespace stopped being a cache of another registry',
  },
  import: {
    'repository-mirror.enable': 'Mirroring into a repository was enabled',
    'repository-mirror.disable': 'Mirroring into a repository was disabled',
    'repository-mirror.change': 'The mirroring settings of a repository were changed',
    'repository-mirror.request-sync': 'An immediate mirroring of a repository was asked for',
    'repository-mirror.start-sync': 'Mirroring a repository started',
    'repository-mirror.sync': 'Mirroring a repository finished',
    'repository-mirror.sync-tag': 'Mirroring one tag finished',
    'repository-mirror.start-test': 'A test of the mirroring settings started',
    'repository-mirror.test': 'A test of the mirroring settings finished',
    'organization-mirror.enable': 'Mirroring into an organization was enabled',
    'organization-mirror.disable': 'Mirroring into an organization was disabled',
    'organization-mirror.change': 'The mirroring settings of an organization were changed',
    'organization-mirror.request-sync': 'An immediate mirroring of an organization was asked for',
    'organization-mirror.start-sync': 'Mirroring an organization started',
    'organization-mirror.sync': 'Mirroring an organization finished',
    'organization-mirror.cancel-sync': 'Mirroring an organization was cancelled',
    'organization-mirror.create-repository': 'A repository was created to mirror into',
  },
  export: {
    'export.request': 'An export of logs was asked for and queued',
  },
  auth: {
    'auth.login': 'Somebody signed in',
    'auth.logout': 'Somebody signed out',
    'service-key.create': 'A key of an internal service was created',
    'service-key.approve': 'A key of an internal service was approved',
    'service-key.modify': 'A key of an internal service was changed',
    'service-key.extend': 'A key of an internal service was extended',
    'service-key.delete': 'A key of an internal service was deleted',
    'service-key.rotate': 'A key of an internal service was replaced by a new one',
  },
  system: {
    'source.dead-letter':
      'A sender delivered something that could not be read; it is kept as it came',
  },
}

/** The one list of actions; docs/reference/actions.md is generated from it. */
export const ACTIONS: readonly ActionEntry[] = entriesOf(DESCRIPTIONS)

const CATEGORY_OF = new Map(ACTIONS.map((entry) => [entry.action, entry.category]))

/** The category of an action of the catalogue; undefined for any other. */
export function catalogueCategory(action: string): Category | undefined {
  return CATEGORY_OF.get(action)
}

function entriesOf(descriptions: typeof DESCRIPTIONS): readonly ActionEntry[] {
  return CATEGORIES.flatMap((category) =>
    Object.entries(descriptions[category] ?? {}).map(([action, description]) => ({
      action,
      category,
      description,
    })),
  )
}
