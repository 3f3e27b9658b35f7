import type { VendorCredentials } from '../../collecting/vendor-credentials.ts'
import { canonicalRequest } from '../signature/canonical-request.ts'
import { signatureOf } from '../signature/signature.ts'

/** What a project of Huawei Cloud is read with: an access key or, without one, a token. */
export interface HssCredentials {
  readonly accessKey: string | undefined
  /** Reads the secret key to `accessKey`; its error holds no secret. */
  readonly secretKey: (() => Promise<string>) | undefined
  /** Reads the token; its error holds no secret. */
  readonly token: (() => Promise<string>) | undefined
  readonly projectId: string
}

/**
 * What is shown to Huawei Cloud with every request.
 *
 * @throws Error when there is neither an access key with its secret nor a token.
 */
export function hssCredentials(credentials: HssCredentials): VendorCredentials {
  const { accessKey, secretKey, token, projectId } = credentials
  if (accessKey !== undefined && secretKey !== undefined) {
    return requestSigning({ accessKey, secretKey, projectId })
  }
  if (token !== undefined) return authToken(token)
  throw new Error('there are no credentials for HSS: expected an access key or a token')
}

interface SigningKey {
  readonly accessKey: string
  readonly secretKey: () => Promise<string>
  readonly projectId: string
}

/**
 * Signs each request with an access key. The secret is read when it is first needed and again after
 * a signature was refused, so that a file can be replaced while the collector runs.
 */
function requestSigning({ accessKey, secretKey, projectId }: SigningKey): VendorCredentials {
  let secret: Promise<string> | undefined
  return {
    async headers(url) {
      secret ??= secretKey()
      try {
        return signedHeaders(url, { accessKey, secret: await secret, projectId })
      } catch (error) {
        secret = undefined
        throw error
      }
    },
    async renew() {
      secret = undefined
    },
  }
}

/** A token of IAM; it is read again after it was refused. */
function authToken(read: () => Promise<string>): VendorCredentials {
  return { headers: async () => ({ 'X-Auth-Token': await read() }), renew: async () => undefined }
}

function signedHeaders(
  url: URL,
  key: { readonly accessKey: string; readonly secret: string; readonly projectId: string },
): Readonly<Record<string, string>> {
  const date = `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
  const sent = {
    'content-type': 'application/json',
    'x-project-id': key.projectId,
    'x-sdk-date': date,
  }
  // The client sets this one itself, and to the same.
  const headers = { ...sent, host: url.host }
  const names = Object.keys(headers).sort()
  const request = {
    method: 'GET',
    url: `${url.pathname}${url.search}`,
    headers,
    body: Buffer.alloc(0),
  }
  const signature = signatureOf(canonicalRequest(request, names), date, key.secret)
  return {
    ...sent,
    authorization:
      `SDK-HMAC-SHA256 Access=${key.accessKey}, SignedHeaders=${names.join(';')}, ` +
      `Signature=${signature}`,
  }
}
