import type { JsonObject } from '../../../core/event/event.ts'
import { sendJson } from '../api/json.ts'
import type { QuayAnswer } from '../api/services.ts'
import { BRANDING } from './branding.ts'

/**
 * What Quay's pages ask before they show something. Waybill has the logs and signing in; it says no
 * to whatever would make a page ask for more. Nothing is shown to who is not signed in, so the
 * pages are told to ask for that first.
 */
const FEATURES: JsonObject = {
  AGGREGATED_LOG_COUNT_RETRIEVAL: true,
  ANONYMOUS_ACCESS: false,
  APP_SPECIFIC_TOKENS: false,
  ASSIGN_OAUTH_TOKEN: false,
  AUTO_PRUNE: false,
  BILLING: false,
  BUILD_SUPPORT: false,
  CHANGE_TAG_EXPIRATION: false,
  DIRECT_LOGIN: true,
  EDIT_QUOTA: false,
  EXTENDED_REPOSITORY_NAMES: true,
  IMAGE_PULL_STATS: false,
  IMMUTABLE_TAGS: false,
  INVITE_ONLY_USER_CREATION: false,
  LOG_EXPORT: true,
  MAILING: false,
  ORG_MIRROR: false,
  PROXY_CACHE: false,
  QUOTA_MANAGEMENT: false,
  REPO_MIRROR: false,
  SECURITY_SCANNER: false,
  SIGNING: false,
  SUPERUSERS_FULL_ACCESS: true,
  SUPER_USERS: true,
  TEAM_SYNCING: false,
  UI_V2: true,
  USER_CREATION: false,
  USER_LOG_ACCESS: true,
  USER_METADATA: false,
}

const TITLE = 'Waybill'

/** `GET /config`. */
export const showConfig: QuayAnswer = (request, reply) => {
  return sendJson(reply, {
    config: {
      AUTHENTICATION_TYPE: 'Database',
      AVATAR_KIND: 'local',
      BRANDING,
      CONTACT_INFO: [],
      DEFAULT_UI: 'react',
      DOCUMENTATION_ROOT: 'https://docs.projectquay.io/',
      FOOTER_LINKS: {},
      PREFERRED_URL_SCHEME: request.protocol,
      REGISTRY_TITLE: TITLE,
      REGISTRY_TITLE_SHORT: TITLE,
      ROBOTS_DISALLOW: true,
      SERVER_HOSTNAME: request.host,
      TAG_EXPIRATION_OPTIONS: [],
    },
    features: FEATURES,
    oauth: {},
    external_login: [],
    registry_state: 'normal',
    account_recovery_mode: false,
    version_number: TITLE,
  })
}

/** `GET /api/v1/messages`: a list that Quay's pages read too, always empty here. */
export const listMessages: QuayAnswer = (_request, reply) => {
  return sendJson(reply, { messages: [] })
}
