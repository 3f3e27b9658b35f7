import { createHash, randomBytes } from 'node:crypto'
import type { Certificate, SignedData, TimeStampResp, TSTInfo } from 'pkijs'
import { formatTimestamp } from '../../core/time/timestamp.ts'

/** SHA-256 (RFC 5754 section 2.2). */
const SHA_256 = '2.16.840.1.101.3.4.2.1'
/** The purpose of a certificate that signs time stamps (RFC 3161 section 2.3). */
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8'
const EXTENDED_KEY_USAGE = '2.5.29.37'
const COMMON_NAME = '2.5.4.3'
/** `granted` and `grantedWithMods` (RFC 3161 section 2.4.2). */
const GRANTED: readonly number[] = [0, 1]
const NONCE_BYTES = 8

/** A time stamp that cannot be used; the message says why. */
export class TimeStampError extends Error {
  override readonly name = 'TimeStampError'
}

/** What an authority attests: that something existed at a time. */
export interface TimeStamp {
  /** RFC 3339, by the authority's clock. */
  readonly time: string
  /** The name of the authority, as its certificate has it. */
  readonly authority: string
  /** Whether its certificate leads to a trusted one. */
  readonly isTrusted: boolean
}

/** What a time stamp must be about. */
export interface Stamped {
  readonly bytes: Uint8Array
  /** Of the query, where the reply to it is read. */
  readonly nonce?: Uint8Array
  /** Certificates of authorities to trust, as PEM; absent: the chain is not checked. */
  readonly trusted?: string
}

/** A query for a time stamp of some bytes (RFC 3161 section 2.4.1). */
export async function timeStampQuery(
  bytes: Uint8Array,
): Promise<{ readonly query: Uint8Array; readonly nonce: Uint8Array }> {
  const { AlgorithmIdentifier, MessageImprint, TimeStampReq } = await import('pkijs')
  const { Integer, OctetString } = await import('asn1js')
  const nonce = randomBytes(NONCE_BYTES)
  // Positive, and in as few bytes as DER wants.
  nonce[0] = ((nonce[0] ?? 0) & 0x7f) | 0x40
  const request = new TimeStampReq({
    version: 1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: SHA_256 }),
      hashedMessage: new OctetString({ valueHex: bufferOf(sha256(bytes)) }),
    }),
    nonce: new Integer({ valueHex: bufferOf(nonce) }),
    certReq: true,
  })
  return { query: new Uint8Array(request.toSchema().toBER()), nonce }
}

/**
 * Reads and verifies a reply (RFC 3161 section 2.4.2): it was granted, is about these bytes and the
 * nonce, and is signed by a certificate for time stamps, which is in it.
 *
 * @throws TimeStampError for any other reply.
 */
export async function readTimeStamp(reply: Uint8Array, stamped: Stamped): Promise<TimeStamp> {
  try {
    const { signedData, info } = await contentOf(reply)
    requireStamped(info, stamped)
    const certificate = await verifySignature(signedData, stamped)
    return {
      time: formatTimestamp(info.genTime.getTime() * 1000),
      authority: nameOf(certificate),
      isTrusted: stamped.trusted !== undefined,
    }
  } catch (error) {
    if (error instanceof TimeStampError) throw error
    throw new TimeStampError('it is not a time stamp of RFC 3161', { cause: error })
  }
}

async function contentOf(
  reply: Uint8Array,
): Promise<{ readonly signedData: SignedData; readonly info: TSTInfo }> {
  const { SignedData, TimeStampResp, TSTInfo } = await import('pkijs')
  const response = TimeStampResp.fromBER(reply)
  const { timeStampToken } = response
  if (!GRANTED.includes(response.status.status) || timeStampToken === undefined) {
    throw new TimeStampError(`the authority refused it: ${refusalOf(response)}`)
  }
  const signedData = new SignedData({ schema: timeStampToken.content })
  const content = signedData.encapContentInfo.eContent?.getValue()
  if (content === undefined) throw new TimeStampError('it has no content')
  return { signedData, info: TSTInfo.fromBER(content) }
}

function refusalOf({ status }: TimeStampResp): string {
  const texts = status.statusStrings?.map(({ valueBlock }) => valueBlock.value) ?? []
  return [`status ${status.status}`, ...texts].join(', ')
}

function requireStamped({ messageImprint, nonce }: TSTInfo, stamped: Stamped): void {
  const { hashAlgorithm, hashedMessage } = messageImprint
  const hash = Buffer.from(hashedMessage.valueBlock.valueHexView)
  if (hashAlgorithm.algorithmId !== SHA_256 || !hash.equals(sha256(stamped.bytes))) {
    throw new TimeStampError('it is about something else')
  }
  if (stamped.nonce === undefined) return
  const answered = Buffer.from(nonce?.valueBlock.valueHexView ?? [])
  if (!answered.equals(stamped.nonce)) throw new TimeStampError('it answers another query')
}

/** The certificate that signed it. */
async function verifySignature(signedData: SignedData, stamped: Stamped): Promise<Certificate> {
  const trustedCerts = await certificatesOf(stamped.trusted ?? '')
  const { signatureVerified, signerCertificate, signerCertificateVerified } = await signedData
    .verify({
      signer: 0,
      data: bufferOf(stamped.bytes),
      checkChain: stamped.trusted !== undefined,
      trustedCerts,
      extendedMode: true,
    })
    .catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : Object(error).message
      throw new TimeStampError(`its signature is not valid: ${reason}`, { cause: error })
    })
  if (signatureVerified !== true || !signerCertificate) {
    throw new TimeStampError('its signature is not valid')
  }
  if (stamped.trusted !== undefined && signerCertificateVerified !== true) {
    throw new TimeStampError('its certificate does not lead to a trusted one')
  }
  if (!isForTimeStamps(signerCertificate)) {
    throw new TimeStampError('its certificate is not for time stamps')
  }
  return signerCertificate
}

/** The extended key usage has to be critical, and of no other purpose. */
function isForTimeStamps({ extensions = [] }: Certificate): boolean {
  const usage = extensions.find(({ extnID }) => extnID === EXTENDED_KEY_USAGE)
  const purposes: unknown = Object(usage?.parsedValue).keyPurposes
  const isOnlyOne = Array.isArray(purposes) && purposes.length === 1
  return usage?.critical === true && isOnlyOne && purposes[0] === TIME_STAMPING
}

function nameOf({ subject }: Certificate): string {
  const { typesAndValues } = subject
  const name = typesAndValues.find(({ type }) => type === COMMON_NAME) ?? typesAndValues.at(-1)
  return String(name?.value.valueBlock.value ?? 'an unnamed authority')
}

const PEM = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g

/** @throws TimeStampError for certificates that cannot be read. */
async function certificatesOf(pem: string): Promise<Certificate[]> {
  const { Certificate } = await import('pkijs')
  return [...pem.matchAll(PEM)].map(([, base64 = '']) => {
    try {
      return Certificate.fromBER(Buffer.from(base64, 'base64'))
    } catch (error) {
      throw new TimeStampError('a trusted certificate cannot be read', { cause: error })
    }
  })
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer
}
