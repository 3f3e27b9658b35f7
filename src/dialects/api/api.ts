import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ApiDescription, OperationDescription } from './api-description.ts'
import type { Dialect, DialectContext } from './dialect.ts'

/**
 * What a vendor's API is, as data; `createDialect` serves it. What HTTP says applies: a route that
 * answers GET answers HEAD, another method of a known path is 405 with `Allow`, bodies are JSON.
 * Where a vendor differs, `deviations` says so and why.
 *
 * `Services` is what its answers work with.
 */
export interface Api<Services> {
  readonly name: string
  /** Path prefixes whose unknown paths it answers, e.g. `/api/v2/`. */
  readonly prefixes: readonly string[]
  readonly routes: readonly (Route<Services> | RouteFamily<Services>)[]
  readonly deviations?: Deviations
  /** Its error form, made by `plainErrorAnswerer` or `errorAnswerer`, which set `Retry-After`. */
  readonly answerError: NonNullable<Dialect['answerError']>
  /** The error for a path under its prefixes that is not there; absent: `resource.missing`. */
  readonly unknownPath?: () => Error
  /** The error for a method that a path does not answer; absent: `resource.method`. */
  readonly wrongMethod?: () => Error
  /** How the API document describes it. */
  readonly description: ApiDescription
  /**
   * Makes the services, once, as the server is put together. Hooks that it adds to the scope run
   * for every request of this API, before the method is looked at.
   */
  readonly services: (context: DialectContext, scope: FastifyInstance) => Services
}

/** Methods that a route can have. */
export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS'

/** Answers a request. What it throws is answered in the form of the API's errors. */
export type Answer<Services> = (
  request: FastifyRequest,
  reply: FastifyReply,
  services: Services,
) => unknown

/** What holds for a path, whichever of its routes says so. */
interface PathOptions {
  /** Largest body in bytes; absent: that of the server. */
  readonly bodyBytesMax?: number
  /** Where the path differs from its API. */
  readonly deviations?: Deviations
}

/** One method of one path. */
export interface Route<Services> extends PathOptions {
  readonly method: Method
  /** Whole; a part that begins with a colon is a parameter. */
  readonly path: string
  readonly describes: OperationDescription
  readonly answer: Answer<Services>
}

/** What a path answers, by method; `Allow` names them in this order. */
export type Answers<Services> = Readonly<Partial<Record<Method, Answer<Services>>>>

/** Routes with names of any number of segments in their paths, which no parameter can hold. */
export interface RouteFamily<Services> extends PathOptions {
  /** Ends in `/*`. */
  readonly path: string
  /** Each with its path and method. */
  readonly describes: readonly OperationDescription[]
  /** What a path answers, by its decoded rest; undefined: it is not there. */
  readonly find: (rest: string) => Answers<Services> | undefined
}

/** Where an API differs, and why. */
interface Deviation<Is> {
  readonly is: Is
  readonly because: string
}

/** What an API may do in a way of its own. */
export interface Deviations {
  /** Bodies stay the bytes that came, whatever their media type; JSON is not asked for. */
  readonly bodies?: Deviation<'bytes'>
  /** HEAD is another method. */
  readonly head?: Deviation<'refused'>
  /** OPTIONS is answered so, with `Allow`; `refused` takes that back for one route. */
  readonly options?: Deviation<Answer<unknown> | 'refused'>
  /** A path that has not the method is answered as one that is not there, without `Allow`. */
  readonly otherMethods?: Deviation<'unknown'>
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Where a route differs from what HTTP and the other APIs do. */
    deviations?: Deviations
  }
}
