/**
 * How Quay's web page uses a metadata value. An unusable value breaks the whole page, for as long
 * as the entry is among the loaded ones.
 *
 * - `shown`: put into a line of text. Any text, number, boolean or null, or a list of them.
 * - `text`: used as a text when present.
 * - `given`: used as a text, and required.
 * - `config`: an object or its JSON, whose member `build_source` is shown.
 * - `event`: must be one of `NOTIFICATION_EVENTS`.
 * - `receiver`: required, unless there is an `email` that can be masked.
 */
const PAGE_USES = ['shown', 'text', 'given', 'config', 'event', 'receiver'] as const
/** One of these uses. */
export type PageUse = (typeof PAGE_USES)[number]

/** The events of a repository's notifications that Quay's page knows. */
export const NOTIFICATION_EVENTS: readonly string[] = [
  ...['repo_push', 'vulnerability_found', 'repo_image_expiry'],
  ...['build_queued', 'build_start', 'build_success', 'build_failure', 'build_cancelled'],
  ...['repo_mirror_sync_started', 'repo_mirror_sync_success', 'repo_mirror_sync_failed'],
]

/** Keys that the page reads of every entry, for its columns and its filter. */
const OF_EVERY_KIND = 'repo namespace performer:text'

const PRUNE = 'method value tag_pattern tag_pattern_matches'
const IMMUTABILITY = 'tag_pattern tag_pattern_matches'
const TRIGGER = 'service config:config'
const PROTOTYPE = 'delegate_user delegate_team role activating_username'
const SERVICE_KEY = 'name kid:text'
const LOGIN = 'type kind app_specific_token_title robot'
const MIRROR_SYNC = 'message tag tags stdout stderr'

/**
 * Further keys that the page reads of each kind, separated by spaces; each is `shown` unless its
 * use follows a colon. For other kinds the page reads no more.
 */
const BY_KIND: Readonly<Record<string, string>> = {
  // Users.
  user_create: 'username superuser',
  user_delete: 'username superuser',
  user_enable: 'username superuser',
  user_disable: 'username superuser',
  user_change_password: 'username superuser',
  user_change_email: 'email old_email superuser',
  user_change_name: 'username old_username superuser',
  user_change_invoicing: 'invoice_email invoice_email_address',
  user_change_tag_expiration: 'tag_expiration',
  create_app_specific_token: 'app_specific_token_title',
  revoke_app_specific_token: 'app_specific_token_title',
  login_success: LOGIN,
  login_failure: `${LOGIN} username message token application_name`,
  create_robot: 'robot',
  delete_robot: 'robot',
  regenerate_robot_token: 'robot',
  create_robot_federation: 'robot',
  delete_robot_federation: 'robot',
  federated_robot_token_exchange: 'robot issuer subject',

  // Images and tags.
  push_repo: 'tag release',
  push_repo_failed: 'tag manifest_digest message',
  pull_repo: 'tag manifest_digest release channel mediatype token token_type username _ip',
  pull_repo_failed: 'tag manifest_digest message',
  repo_verb: 'verb tag token token_type username _ip',
  create_tag: 'tag image username',
  move_tag: 'tag manifest_digest original_manifest_digest image original_image username',
  delete_tag: 'tag username',
  delete_tag_failed: 'tag manifest_digest message',
  permanently_delete_tag: 'tag manifest_digest username',
  autoprune_tag_delete: 'tag',
  revert_tag: 'tag manifest_digest image',
  change_tag_expiration: 'tag expiration_date old_expiration_date',
  change_tag_immutability: 'tag immutable username',
  tag_made_immutable_by_policy: 'tag',
  tags_made_immutable_by_policy: `${IMMUTABILITY} count`,
  manifest_label_add: 'key manifest_digest',
  manifest_label_delete: 'key manifest_digest',

  // Repositories.
  set_repo_description: 'description',
  change_repo_visibility: 'visibility',
  change_repo_trust: 'trust_enabled',
  change_repo_state: 'state_changed:given',
  change_repo_permission: 'username team token role',
  delete_repo_permission: 'username team token',
  add_repo_accesstoken: 'token',
  delete_repo_accesstoken: 'token',
  add_repo_notification: 'event:event',
  delete_repo_notification: 'event:event',
  reset_repo_notification: 'event:event',
  create_repository_autoprune_policy: PRUNE,
  update_repository_autoprune_policy: PRUNE,

  // Builds.
  build_dockerfile: `trigger_id ${TRIGGER}`,
  cancel_build: 'build_uuid',
  setup_repo_trigger: TRIGGER,
  delete_repo_trigger: TRIGGER,
  toggle_repo_trigger: `${TRIGGER} enabled`,
  start_build_trigger: TRIGGER,

  // Organizations and teams.
  org_change_name: 'old_name new_name superuser',
  org_change_email: 'email old_email',
  org_change_invoicing: 'invoice_email invoice_email_address',
  org_change_tag_expiration: 'tag_expiration',
  take_ownership: 'superuser was_user',
  org_create_team: 'team',
  org_delete_team: 'team',
  org_set_team_description: 'team description',
  org_set_team_role: 'team role',
  org_add_team_member: 'team member',
  org_remove_team_member: 'team member',
  org_invite_team_member: 'team user email',
  org_delete_team_member_invite: 'team user email',
  org_team_member_invite_accepted: 'team member inviter',
  org_team_member_invite_declined: 'team member inviter',
  enable_team_sync: 'team',
  disable_team_sync: 'team',
  create_prototype_permission: PROTOTYPE,
  modify_prototype_permission: `${PROTOTYPE} original_role`,
  delete_prototype_permission: PROTOTYPE,
  create_application: 'application_name client_id',
  update_application: 'application_name client_id',
  delete_application: 'application_name client_id',
  reset_application_client_secret: 'application_name client_id',
  create_oauth_api_token: 'application_name scope auth_method',
  revoke_oauth_api_token: 'application_name oauth_token_uuid',
  oauth_token_assigned: 'assigned_user assigning_user application',
  create_namespace_autoprune_policy: PRUNE,
  update_namespace_autoprune_policy: PRUNE,
  create_immutability_policy: IMMUTABILITY,
  update_immutability_policy: IMMUTABILITY,
  create_namespace_notification: 'event method',
  delete_namespace_notification: 'event method',
  reset_namespace_notification: 'event method',
  create_proxy_cache_config: 'upstream_registry',
  org_create_quota: 'limit',
  org_change_quota: 'limit previous_limit',
  org_delete_quota: 'limit',
  org_create_quota_limit: 'type threshold_percent',
  org_change_quota_limit: 'type threshold_percent previous_threshold_percent',
  org_delete_quota_limit: 'type threshold_percent',

  // Mirroring.
  repo_mirror_config_changed: 'changed to',
  repo_mirror_sync_started: MIRROR_SYNC,
  repo_mirror_sync_success: MIRROR_SYNC,
  repo_mirror_sync_failed: MIRROR_SYNC,
  repo_mirror_sync_tag_success: MIRROR_SYNC,
  repo_mirror_sync_tag_failed: MIRROR_SYNC,
  org_mirror_enabled: 'external_registry_url external_namespace',
  org_mirror_disabled: 'external_reference',
  org_mirror_config_changed: 'external_reference',
  org_mirror_sync_now_requested: 'external_reference',
  org_mirror_sync_started: 'message',
  org_mirror_sync_success: 'message',
  org_mirror_sync_failed: 'message stderr',
  org_mirror_sync_cancelled: 'external_reference',
  org_mirror_repo_created: 'external_reference',
  org_mirror_repo_creation_failed: 'external_reference error',

  // Keys of Quay's own services, and exports.
  service_key_create: `${SERVICE_KEY} preshared service user_agent`,
  service_key_approve: SERVICE_KEY,
  service_key_modify: SERVICE_KEY,
  service_key_extend: `${SERVICE_KEY} expiration_date old_expiration_date`,
  service_key_delete: SERVICE_KEY,
  service_key_rotate: `${SERVICE_KEY} user_agent`,
  export_logs_success: 'export_id email url:receiver',
  export_logs_failure: 'error',
}

/** A metadata key that the page reads, and how. */
export interface PageKey {
  readonly key: string
  readonly use: PageUse
}

const EVERY_KIND = keysOf(OF_EVERY_KIND)
const KEYS = new Map(
  Object.entries(BY_KIND).map(([kind, keys]) => [kind, [...EVERY_KIND, ...keysOf(keys)]]),
)

/** The metadata keys that Quay's page reads of entries of a kind. */
export function pageKeysOf(kind: string): readonly PageKey[] {
  return KEYS.get(kind) ?? EVERY_KIND
}

/** Kinds that the page can show only for some values of the metadata member `event`. */
export const KINDS_WITH_EVENT: readonly string[] = [...KEYS]
  .filter(([, keys]) => keys.some(({ use }) => use === 'event'))
  .map(([kind]) => kind)

function keysOf(text: string): readonly PageKey[] {
  return text.split(' ').map((word) => {
    const [key = '', use] = word.split(':')
    return { key, use: PAGE_USES.find((one) => one === use) ?? 'shown' }
  })
}
