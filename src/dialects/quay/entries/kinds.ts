import { KIND_DESCRIPTIONS } from './kind-descriptions.ts'

/** One of Quay's kinds of entries. */
export interface QuayKind {
  readonly kind: string
  /** The same action in the catalogue. */
  readonly action: string
  /** Whether the kind reports an attempt that failed or was refused. */
  readonly isFailure: boolean
  /** Keys of its `metadata`; an entry may have fewer or others. */
  readonly metadata: readonly string[]
  /** Its meaning, in one line; `{key}` represents the value of a metadata key. */
  readonly description: string
}

/** Metadata of acts over the registry protocol: where, with which program, by whom. */
const REGISTRY = 'repo namespace user-agent username is_robot'
const TAG = 'username repo namespace tag'
const PRUNE = 'method value tag_pattern tag_pattern_matches namespace'
const BUILD = 'build_id docker_tags repo namespace is_manual manual_user trigger_id trigger_kind'
const PROTOTYPE = 'prototypeid username activating_username role delegate_user delegate_team'
const MIRROR_SYNC = 'verb namespace repo message tag tags stdout stderr'
const ORG_MIRROR_SYNC = 'message org_mirror_config_id external_registry_url external_namespace'
const SERVICE_KEY = 'kid service name expiration_date'
const OAUTH_TOKEN = 'oauth_token_uuid scope token_display_name application_name auth_method'
const LOGIN = 'type kind useragent robot app_specific_token_title'

/**
 * Quay's 146 kinds, in both directions: a kind's action when entries are collected from Quay, and
 * an action's kind when events of any source are served. No two kinds with the same `isFailure`
 * share an action. docs/reference/quay-kinds.md is generated from it.
 */
export const QUAY_KINDS: readonly QuayKind[] = [
  // Users.
  done('user_create', 'user.create', 'username email superuser'),
  done('user_delete', 'user.delete', 'username'),
  done('user_enable', 'user.enable', 'username superuser'),
  done('user_disable', 'user.disable', 'username superuser'),
  done('user_change_password', 'user.reset-password', 'username superuser'),
  done('user_change_email', 'user.change-email', 'email old_email superuser'),
  done('user_change_name', 'user.rename', 'old_username username superuser'),
  done('user_change_invoicing', 'user.change-invoicing', 'invoice_email invoice_email_address'),
  done('user_change_tag_expiration', 'user.change-tag-expiration', 'tag_expiration'),
  done('user_change_metadata', 'user.change-profile', 'given_name family_name company location'),
  done('user_generate_client_key', 'user.generate-client-key'),
  done('account_change_password', 'user.change-password'),
  done('account_change_plan', 'user.change-plan', 'plan'),
  done('account_change_cc', 'user.change-card'),
  done('account_convert', 'user.convert'),
  done(
    'create_app_specific_token',
    'app-token.create',
    'app_specific_token_title app_specific_token',
  ),
  done(
    'revoke_app_specific_token',
    'app-token.revoke',
    'app_specific_token_title app_specific_token',
  ),

  // Signing in and out.
  done('login_success', 'auth.login', LOGIN),
  failed('login_failure', 'auth.login', `${LOGIN} message username token application_name`),
  done('logout_success', 'auth.logout'),

  // Robots.
  done('create_robot', 'robot.create', 'robot description unstructured_metadata'),
  done('delete_robot', 'robot.delete', 'robot'),
  done('regenerate_robot_token', 'robot.regenerate-token', 'robot'),
  done('create_robot_federation', 'robot.add-federation', 'robot config'),
  done('delete_robot_federation', 'robot.delete-federation', 'robot'),
  done('federated_robot_token_exchange', 'robot.exchange-token', 'robot issuer subject'),

  // Images and tags.
  done('push_repo', 'image.push', `${REGISTRY} tag manifest_digest mediaType`),
  failed('push_repo_failed', 'image.push', `${REGISTRY} tag manifest_digest message`),
  done('pull_repo', 'image.pull', `${REGISTRY} tag manifest_digest mediaType`),
  failed('pull_repo_failed', 'image.pull', `${REGISTRY} tag manifest_digest message`),
  done('repo_verb', 'image.pull-derived', `${REGISTRY} tag verb token`),
  done('create_tag', 'tag.create', `${TAG} manifest_digest original_manifest_digest`),
  done('move_tag', 'tag.move', `${TAG} manifest_digest original_manifest_digest`),
  done('delete_tag', 'tag.delete', `${TAG} digest user-agent is_robot`),
  failed('delete_tag_failed', 'tag.delete', `${TAG} digest message`),
  done('permanently_delete_tag', 'tag.purge', `${TAG} manifest_digest`),
  done('autoprune_tag_delete', 'tag.prune', 'performer namespace repo tag'),
  done('revert_tag', 'tag.revert', `${TAG} manifest_digest`),
  done(
    'change_tag_expiration',
    'tag.change-expiration',
    `${TAG} expiration_date old_expiration_date`,
  ),
  done('change_tag_immutability', 'tag.change-immutability', `${TAG} immutable previous_immutable`),
  done('tag_made_immutable_by_policy', 'tag.protect', 'tag repo namespace immutable'),
  done(
    'tags_made_immutable_by_policy',
    'tag.protect-matching',
    'namespace repo tag_pattern tag_pattern_matches count',
  ),
  done('manifest_label_add', 'image.add-label', 'id key value manifest_digest namespace repo'),
  done(
    'manifest_label_delete',
    'image.delete-label',
    'id key value manifest_digest namespace repo',
  ),

  // Repositories.
  done('create_repo', 'repository.create', 'repo namespace'),
  done('delete_repo', 'repository.delete', 'repo namespace'),
  done('set_repo_description', 'repository.change-description', 'repo namespace description'),
  done('change_repo_visibility', 'repository.change-visibility', 'repo namespace visibility'),
  done('change_repo_trust', 'repository.change-trust', 'repo namespace trust_enabled'),
  done('change_repo_state', 'repository.change-state', 'repo namespace state_changed'),
  done('add_repo_permission', 'repository.add-permission', 'username team repo namespace role'),
  done(
    'change_repo_permission',
    'repository.change-permission',
    'username team repo namespace role',
  ),
  done('delete_repo_permission', 'repository.delete-permission', 'username team repo namespace'),
  done('add_repo_accesstoken', 'repository-token.create', 'token repo'),
  done('delete_repo_accesstoken', 'repository-token.delete', 'token repo'),
  done('add_repo_webhook', 'repository.add-webhook', 'repo'),
  done('delete_repo_webhook', 'repository.delete-webhook', 'repo'),
  done('add_repo_notification', 'repository.add-notification', notification('repo')),
  done('delete_repo_notification', 'repository.delete-notification', notification('repo')),
  done('reset_repo_notification', 'repository.reset-notification', notification('repo')),
  done('create_repository_autoprune_policy', 'repository-prune-policy.create', `${PRUNE} repo`),
  done('update_repository_autoprune_policy', 'repository-prune-policy.update', `${PRUNE} repo`),
  done(
    'delete_repository_autoprune_policy',
    'repository-prune-policy.delete',
    'policy_uuid namespace repo',
  ),

  // Builds.
  done('build_dockerfile', 'build.start', `${BUILD} trigger_metadata trigger_manual`),
  done('cancel_build', 'build.cancel', 'build_uuid'),
  done(
    'setup_repo_trigger',
    'build-trigger.create',
    'repo namespace trigger_id service pull_robot config',
  ),
  done('delete_repo_trigger', 'build-trigger.delete', 'repo trigger_id service'),
  done('toggle_repo_trigger', 'build-trigger.toggle', 'repo trigger_id service enabled'),
  done('start_build_trigger', 'build-trigger.start', 'service config'),

  // Organizations and teams.
  done('org_create', 'organization.create', 'email namespace'),
  done('org_delete', 'organization.delete', 'namespace'),
  done('org_change_name', 'organization.rename', 'old_name new_name superuser'),
  done('org_change_email', 'organization.change-email', 'email old_email namespace'),
  done(
    'org_change_invoicing',
    'organization.change-invoicing',
    'invoice_email invoice_email_address namespace',
  ),
  done(
    'org_change_tag_expiration',
    'organization.change-tag-expiration',
    'tag_expiration namespace',
  ),
  done('take_ownership', 'organization.take-over', 'entity_id namespace was_user superuser'),
  done('org_create_team', 'team.create', 'team'),
  done('org_delete_team', 'team.delete', 'team'),
  done('org_set_team_description', 'team.change-description', 'team description'),
  done('org_set_team_role', 'team.change-role', 'team role'),
  done('org_add_team_member', 'team.add-member', 'member team'),
  done('org_remove_team_member', 'team.remove-member', 'member team'),
  done('org_invite_team_member', 'team.invite-member', 'user email team member'),
  done('org_delete_team_member_invite', 'team.delete-invite', 'user email team member'),
  done('org_team_member_invite_accepted', 'team.accept-invite', 'member team inviter'),
  done('org_team_member_invite_declined', 'team.decline-invite', 'member team inviter'),
  done('enable_team_sync', 'team.enable-sync', 'team'),
  done('disable_team_sync', 'team.disable-sync', 'team'),
  done('create_prototype_permission', 'default-permission.create', PROTOTYPE),
  done('modify_prototype_permission', 'default-permission.change', `${PROTOTYPE} original_role`),
  done('delete_prototype_permission', 'default-permission.delete', PROTOTYPE),
  done('create_application', 'application.create', 'application_name client_id'),
  done('update_application', 'application.update', 'application_name client_id'),
  done('delete_application', 'application.delete', 'application_name client_id'),
  done('reset_application_client_secret', 'application.reset-secret', 'application_name client_id'),
  done('create_oauth_api_token', 'token.create', `${OAUTH_TOKEN} client_id`),
  done('revoke_oauth_api_token', 'token.revoke', 'oauth_token_uuid application_name client_id'),
  done(
    'oauth_token_assigned',
    'token.assign',
    'assigning_user assigned_user application client_id',
  ),
  done('oauth_token_revoked', 'token.unassign'),
  done('create_namespace_autoprune_policy', 'organization-prune-policy.create', PRUNE),
  done('update_namespace_autoprune_policy', 'organization-prune-policy.update', PRUNE),
  done(
    'delete_namespace_autoprune_policy',
    'organization-prune-policy.delete',
    'policy_uuid namespace',
  ),
  done(
    'create_immutability_policy',
    'immutability-policy.create',
    'namespace repo tag_pattern tag_pattern_matches',
  ),
  done(
    'update_immutability_policy',
    'immutability-policy.update',
    'namespace repo tag_pattern tag_pattern_matches',
  ),
  done('delete_immutability_policy', 'immutability-policy.delete', 'namespace repo policy_uuid'),
  done('create_namespace_notification', 'organization.add-notification', notification()),
  done('delete_namespace_notification', 'organization.delete-notification', notification()),
  done('reset_namespace_notification', 'organization.reset-notification', notification()),
  done('create_proxy_cache_config', 'proxy-cache.create', 'upstream_registry'),
  done('delete_proxy_cache_config', 'proxy-cache.delete'),
  done('org_create_quota', 'quota.create', 'namespace limit_bytes limit'),
  done(
    'org_change_quota',
    'quota.change',
    'namespace limit_bytes limit previous_limit_bytes previous_limit',
  ),
  done('org_delete_quota', 'quota.delete', 'namespace limit_bytes limit quota_id'),
  done('org_create_quota_limit', 'quota-limit.create', 'namespace type threshold_percent'),
  done(
    'org_change_quota_limit',
    'quota-limit.change',
    'namespace type threshold_percent previous_type previous_threshold_percent',
  ),
  done('org_delete_quota_limit', 'quota-limit.delete', 'namespace type threshold_percent limit_id'),

  // Mirroring.
  done('repo_mirror_enabled', 'repository-mirror.enable'),
  done('repo_mirror_disabled', 'repository-mirror.disable'),
  done('repo_mirror_config_changed', 'repository-mirror.change', `${REGISTRY} changed to`),
  done('repo_mirror_sync_now_requested', 'repository-mirror.request-sync'),
  done('repo_mirror_sync_started', 'repository-mirror.start-sync', MIRROR_SYNC),
  done('repo_mirror_sync_success', 'repository-mirror.sync', MIRROR_SYNC),
  failed('repo_mirror_sync_failed', 'repository-mirror.sync', MIRROR_SYNC),
  done('repo_mirror_sync_tag_success', 'repository-mirror.sync-tag', MIRROR_SYNC),
  failed('repo_mirror_sync_tag_failed', 'repository-mirror.sync-tag', MIRROR_SYNC),
  done('repo_mirror_sync_test_started', 'repository-mirror.start-test'),
  done('repo_mirror_sync_test_success', 'repository-mirror.test'),
  failed('repo_mirror_sync_test_failed', 'repository-mirror.test'),
  done(
    'org_mirror_enabled',
    'organization-mirror.enable',
    'external_registry_type external_registry_url external_namespace sync_interval robot_username',
  ),
  done('org_mirror_disabled', 'organization-mirror.disable', 'external_reference'),
  done(
    'org_mirror_config_changed',
    'organization-mirror.change',
    'updated_fields old_external_reference external_reference',
  ),
  done('org_mirror_sync_now_requested', 'organization-mirror.request-sync', 'external_reference'),
  done('org_mirror_sync_started', 'organization-mirror.start-sync', ORG_MIRROR_SYNC),
  done('org_mirror_sync_success', 'organization-mirror.sync', ORG_MIRROR_SYNC),
  failed('org_mirror_sync_failed', 'organization-mirror.sync', ORG_MIRROR_SYNC),
  done('org_mirror_sync_cancelled', 'organization-mirror.cancel-sync', 'external_reference'),
  done(
    'org_mirror_repo_created',
    'organization-mirror.create-repository',
    'external_reference visibility via_org_mirror',
  ),
  failed(
    'org_mirror_repo_creation_failed',
    'organization-mirror.create-repository',
    'external_reference error',
  ),

  // Keys of Quay's own services.
  done(
    'service_key_create',
    'service-key.create',
    `${SERVICE_KEY} preshared auto_approved user_agent ip`,
  ),
  done('service_key_approve', 'service-key.approve', SERVICE_KEY),
  done('service_key_modify', 'service-key.modify', `${SERVICE_KEY} old_expiration_date`),
  done('service_key_extend', 'service-key.extend', `${SERVICE_KEY} old_expiration_date`),
  done(
    'service_key_delete',
    'service-key.delete',
    `${SERVICE_KEY} created_date signer_kid user_agent ip`,
  ),
  done('service_key_rotate', 'service-key.rotate', `${SERVICE_KEY} signer_kid user_agent ip`),

  // Exports.
  done('export_logs_success', 'export.request', 'date/time export_id message url email repo'),
  failed('export_logs_failure', 'export.request', 'date/time error url email repo'),
]

/**
 * Actions without a kind in Quay, and the action whose kind Quay logs instead. A mounted manifest
 * appears in a repository like a pushed one, Quay counts a HEAD as a pull, and logs the deletion of
 * a manifest as that of its tags.
 */
const LOGGED_AS = [
  ['image.mount', 'image.push'],
  ['image.inspect', 'image.pull'],
  ['image.delete', 'tag.delete'],
] as const

/**
 * Actions that Quay logs only under a tag, once they are done: it has no entry for a manifest that
 * was put, mounted or deleted by digest, as the manifests of an index and signatures are. A
 * deletion by digest is logged once for each tag that it deletes.
 */
export const LOGGED_BY_TAG: readonly string[] = ['image.push', 'image.mount', 'image.delete']

/**
 * Quay's name for an entry whose kind is not in its own table; its action is unique to such
 * entries.
 */
export const UNKNOWN_KIND = done('unknown', 'quay.unknown')

const KIND_BY_NAME = new Map(QUAY_KINDS.map((kind) => [kind.kind, kind]))
const DONE_BY_ACTION = byAction(false)
const FAILED_BY_ACTION = byAction(true)

/** The kind of this name; undefined when Quay has none. */
export function quayKind(name: string): QuayKind | undefined {
  return KIND_BY_NAME.get(name)
}

/** The kind for an action that was done, or that failed; undefined when there is none. */
export function kindOfAction(action: string, isFailure: boolean): QuayKind | undefined {
  return (isFailure ? FAILED_BY_ACTION : DONE_BY_ACTION).get(action)
}

/** Every action with a result of `kindOfAction`. */
export function actionsWithKind(isFailure: boolean): readonly string[] {
  return [...(isFailure ? FAILED_BY_ACTION : DONE_BY_ACTION).keys()]
}

function byAction(isFailure: boolean): ReadonlyMap<string, QuayKind> {
  const kinds = new Map<string, QuayKind>()
  for (const kind of QUAY_KINDS) if (kind.isFailure === isFailure) kinds.set(kind.action, kind)
  for (const [action, loggedAs] of LOGGED_AS) {
    const kind = kinds.get(loggedAs)
    if (kind !== undefined) kinds.set(action, kind)
  }
  if (!isFailure) kinds.set(UNKNOWN_KIND.action, UNKNOWN_KIND)
  return kinds
}

/** @param metadata its keys, separated by spaces. */
function done(kind: string, action: string, metadata = ''): QuayKind {
  const description = KIND_DESCRIPTIONS[kind] ?? ''
  const keys = metadata.split(' ').filter(Boolean)
  return { kind, action, isFailure: false, metadata: keys, description }
}

function failed(kind: string, action: string, metadata = ''): QuayKind {
  return { ...done(kind, action, metadata), isFailure: true }
}

function notification(of = ''): string {
  return `${of} namespace notification_id event method`
}
