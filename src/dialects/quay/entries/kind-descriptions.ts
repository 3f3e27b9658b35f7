/**
 * The meaning of each of Quay's kinds, in one line. A name in braces represents the value of that
 * metadata key, which an entry may lack.
 */
export const KIND_DESCRIPTIONS: Readonly<Record<string, string>> = {
  // Users.
  user_create: 'User {username} was created',
  user_delete: 'User {username} was deleted',
  user_enable: 'User {username} was enabled',
  user_disable: 'User {username} was disabled',
  user_change_password: 'The password of user {username} was changed by superuser {superuser}',
  user_change_email: 'The e-mail address was changed from {old_email} to {email}',
  user_change_name: 'User {old_username} was renamed to {username}',
  user_change_invoicing:
    'The invoice settings were changed; invoices go to {invoice_email_address}',
  user_change_tag_expiration: 'Deleted tags are now kept for {tag_expiration} seconds',
  user_change_metadata: 'The profile of a user was changed',
  user_generate_client_key: 'A password for command line clients was generated',
  account_change_password: 'A user changed their password',
  account_change_plan: 'The plan of the account was changed to {plan}',
  account_change_cc: 'The payment card of the account was changed',
  account_convert: 'A user account was converted to an organization',
  create_app_specific_token: 'Application token {app_specific_token_title} was created',
  revoke_app_specific_token: 'Application token {app_specific_token_title} was revoked',

  // Signing in and out.
  login_success: 'A user signed in as {kind} with {useragent}',
  login_failure: 'Signing in as {username} failed: {message}',
  logout_success: 'A user signed out',

  // Robots.
  create_robot: 'Robot {robot} was created',
  delete_robot: 'Robot {robot} was deleted',
  regenerate_robot_token: 'The token of robot {robot} was replaced',
  create_robot_federation: 'Robot {robot} was federated with an identity provider',
  delete_robot_federation: 'The federation of robot {robot} was removed',
  federated_robot_token_exchange: '{subject} of {issuer} received a token of robot {robot}',

  // Images and tags.
  push_repo: 'Tag {tag} of {namespace}/{repo} was pushed',
  push_repo_failed: 'A push of {tag} to {namespace}/{repo} was refused: {message}',
  pull_repo: 'Tag {tag} of {namespace}/{repo} was pulled',
  pull_repo_failed: 'A pull of {tag} of {namespace}/{repo} was refused: {message}',
  repo_verb: 'A {verb} form of tag {tag} of {namespace}/{repo} was pulled',
  create_tag: 'Tag {tag} of {namespace}/{repo} was created for {manifest_digest}',
  move_tag:
    'Tag {tag} of {namespace}/{repo} moved from {original_manifest_digest} to {manifest_digest}',
  delete_tag: 'Tag {tag} of {namespace}/{repo} was deleted',
  delete_tag_failed: 'Deleting tag {tag} of {namespace}/{repo} was refused: {message}',
  permanently_delete_tag: 'Tag {tag} of {namespace}/{repo} was deleted permanently',
  autoprune_tag_delete: 'Tag {tag} of {namespace}/{repo} was deleted by {performer}',
  revert_tag: 'Tag {tag} of {namespace}/{repo} was restored to {manifest_digest}',
  change_tag_expiration: 'Tag {tag} of {namespace}/{repo} now expires at {expiration_date}',
  change_tag_immutability: 'Immutability of tag {tag} of {namespace}/{repo} was set to {immutable}',
  tag_made_immutable_by_policy: 'Tag {tag} of {namespace}/{repo} was made immutable by a policy',
  tags_made_immutable_by_policy:
    '{count} tags of {namespace} that match {tag_pattern} were made immutable by a policy',
  manifest_label_add: 'Label {key}={value} was added to {manifest_digest} of {namespace}/{repo}',
  manifest_label_delete:
    'Label {key}={value} was removed from {manifest_digest} of {namespace}/{repo}',

  // Repositories.
  create_repo: 'Repository {namespace}/{repo} was created',
  delete_repo: 'Repository {namespace}/{repo} was deleted',
  set_repo_description: 'The description of {namespace}/{repo} was changed',
  change_repo_visibility: 'Repository {namespace}/{repo} was made {visibility}',
  change_repo_trust: 'Content trust of {namespace}/{repo} was set to {trust_enabled}',
  change_repo_state: 'The state of {namespace}/{repo} was changed to {state_changed}',
  add_repo_permission: '{username}{team} was granted {role} on {namespace}/{repo}',
  change_repo_permission: 'The permission of {username}{team} on {namespace}/{repo} is now {role}',
  delete_repo_permission: 'The permission of {username}{team} on {namespace}/{repo} was revoked',
  add_repo_accesstoken: 'Access token {token} of {repo} was created',
  delete_repo_accesstoken: 'Access token {token} of {repo} was deleted',
  add_repo_webhook: 'A webhook was added to {repo}',
  delete_repo_webhook: 'A webhook was removed from {repo}',
  add_repo_notification: 'A notification of {event} by {method} was added to {namespace}/{repo}',
  delete_repo_notification:
    'The notification of {event} by {method} was removed from {namespace}/{repo}',
  reset_repo_notification:
    'The notification of {event} by {method} was enabled again for {namespace}/{repo}',
  create_repository_autoprune_policy:
    'Pruning of {namespace}/{repo} by {method}, {value}, was created',
  update_repository_autoprune_policy:
    'Pruning of {namespace}/{repo} was changed to {method}, {value}',
  delete_repository_autoprune_policy:
    'Pruning policy {policy_uuid} of {namespace}/{repo} was deleted',

  // Builds.
  build_dockerfile: 'Build {build_id} of {namespace}/{repo} was started',
  cancel_build: 'Build {build_uuid} was canceled',
  setup_repo_trigger: 'A build trigger of {service} was created for {namespace}/{repo}',
  delete_repo_trigger: 'Build trigger {trigger_id} of {repo} was deleted',
  toggle_repo_trigger:
    'Build trigger {trigger_id} of {repo} was enabled or disabled; enabled: {enabled}',
  start_build_trigger: 'A build trigger of {service} was started manually',

  // Organizations and teams.
  org_create: 'Organization {namespace} was created',
  org_delete: 'Organization {namespace} was deleted',
  org_change_name: 'Organization {old_name} was renamed to {new_name}',
  org_change_email: 'The e-mail address of {namespace} was changed from {old_email} to {email}',
  org_change_invoicing: 'The invoice settings of {namespace} were changed',
  org_change_tag_expiration:
    'Deleted tags of {namespace} are now kept for {tag_expiration} seconds',
  take_ownership: 'Superuser {superuser} took over {namespace}',
  org_create_team: 'Team {team} was created',
  org_delete_team: 'Team {team} was deleted',
  org_set_team_description: 'The description of team {team} was changed to {description}',
  org_set_team_role: 'The role of team {team} was changed to {role}',
  org_add_team_member: '{member} was added to team {team}',
  org_remove_team_member: '{member} was removed from team {team}',
  org_invite_team_member: '{user}{email} was invited to team {team}',
  org_delete_team_member_invite: 'The invitation of {user}{email} to team {team} was withdrawn',
  org_team_member_invite_accepted: '{member} accepted the invitation of {inviter} to team {team}',
  org_team_member_invite_declined: '{member} declined the invitation of {inviter} to team {team}',
  enable_team_sync: 'Team {team} was linked to a group of the directory service',
  disable_team_sync: 'Team {team} was unlinked from its group of the directory service',
  create_prototype_permission:
    'By default {delegate_user}{delegate_team} gets {role} on new repositories',
  modify_prototype_permission:
    'The default of {delegate_user}{delegate_team} was changed from {original_role} to {role}',
  delete_prototype_permission:
    'By default {delegate_user}{delegate_team} no longer gets {role} on new repositories',
  create_application: 'OAuth application {application_name} was created',
  update_application: 'OAuth application {application_name} was changed',
  delete_application: 'OAuth application {application_name} was deleted',
  reset_application_client_secret: 'The client secret of {application_name} was replaced',
  create_oauth_api_token: 'API token {token_display_name} of {application_name} was created',
  revoke_oauth_api_token: 'API token {oauth_token_uuid} of {application_name} was revoked',
  oauth_token_assigned: '{assigning_user} assigned a token of {application} to {assigned_user}',
  oauth_token_revoked: 'The assignment of an API token was revoked',
  create_namespace_autoprune_policy: 'Pruning of {namespace} by {method}, {value}, was created',
  update_namespace_autoprune_policy: 'Pruning of {namespace} was changed to {method}, {value}',
  delete_namespace_autoprune_policy: 'Pruning policy {policy_uuid} of {namespace} was deleted',
  create_immutability_policy: 'Tags of {namespace} that match {tag_pattern} become immutable',
  update_immutability_policy: 'An immutability policy of {namespace} was changed to {tag_pattern}',
  delete_immutability_policy: 'Immutability policy {policy_uuid} of {namespace} was deleted',
  create_namespace_notification: 'A notification of {event} by {method} was added to {namespace}',
  delete_namespace_notification:
    'The notification of {event} by {method} was removed from {namespace}',
  reset_namespace_notification:
    'The notification of {event} by {method} was enabled again for {namespace}',
  create_proxy_cache_config: 'The namespace became a cache of {upstream_registry}',
  delete_proxy_cache_config: 'The namespace stopped being a cache of another registry',
  org_create_quota: 'A storage quota of {limit} was set for {namespace}',
  org_change_quota: 'The storage quota of {namespace} was changed from {previous_limit} to {limit}',
  org_delete_quota: 'The storage quota of {namespace}, {limit}, was removed',
  org_create_quota_limit: 'A {type} at {threshold_percent} % of the quota of {namespace} was set',
  org_change_quota_limit:
    'A threshold of the quota of {namespace} was changed to a {type} at {threshold_percent} %',
  org_delete_quota_limit:
    'The {type} at {threshold_percent} % of the quota of {namespace} was removed',

  // Mirroring.
  repo_mirror_enabled: 'Mirroring into a repository was enabled',
  repo_mirror_disabled: 'Mirroring into a repository was disabled',
  repo_mirror_config_changed: 'Mirroring into {namespace}/{repo}: {changed} was changed to {to}',
  repo_mirror_sync_now_requested: 'Immediate mirroring of a repository was requested',
  repo_mirror_sync_started: 'Mirroring into {namespace}/{repo} started: {message}',
  repo_mirror_sync_success: 'Mirroring into {namespace}/{repo} finished: {message}',
  repo_mirror_sync_failed: 'Mirroring into {namespace}/{repo} failed: {message}',
  repo_mirror_sync_tag_success: 'Tag {tag} was mirrored into {namespace}/{repo}',
  repo_mirror_sync_tag_failed: 'Mirroring tag {tag} into {namespace}/{repo} failed: {message}',
  repo_mirror_sync_test_started: 'A test of the mirroring settings of a repository started',
  repo_mirror_sync_test_success: 'A test of the mirroring settings of a repository succeeded',
  repo_mirror_sync_test_failed: 'A test of the mirroring settings of a repository failed',
  org_mirror_enabled: 'Mirroring of {external_registry_url}/{external_namespace} was enabled',
  org_mirror_disabled: 'Mirroring of {external_reference} into the organization was disabled',
  org_mirror_config_changed: 'The mirroring settings for {external_reference} were changed',
  org_mirror_sync_now_requested: 'Immediate mirroring of {external_reference} was requested',
  org_mirror_sync_started:
    'Mirroring of {external_registry_url}/{external_namespace} started: {message}',
  org_mirror_sync_success:
    'Mirroring of {external_registry_url}/{external_namespace} finished: {message}',
  org_mirror_sync_failed:
    'Mirroring of {external_registry_url}/{external_namespace} failed: {message}',
  org_mirror_sync_cancelled: 'Mirroring of {external_reference} was canceled',
  org_mirror_repo_created: 'A {visibility} repository was created to mirror {external_reference}',
  org_mirror_repo_creation_failed:
    'Creating a repository to mirror {external_reference} failed: {error}',

  // Keys of Quay's own services.
  service_key_create: 'Key {kid} of service {service} was created',
  service_key_approve: 'Key {kid} of service {service} was approved',
  service_key_modify: 'Key {kid} of service {service} was changed',
  service_key_extend: 'Key {kid} of service {service} is now valid until {expiration_date}',
  service_key_delete: 'Key {kid} of service {service} was deleted',
  service_key_rotate: 'Key {kid} of service {service} was rotated by its service',

  // Exports.
  export_logs_success: 'Export {export_id} of logs was requested and queued',
  export_logs_failure: 'An export of logs was refused: {error}',
}
