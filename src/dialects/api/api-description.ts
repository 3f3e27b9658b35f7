import type { Type } from 'typebox'

/** A schema as a document shows it: TypeBox makes JSON Schema, which OpenAPI 3.1 takes as it is. */
export type DescribedSchema = Type.TSchema

/** One answer of an operation. */
export interface AnswerDescription {
  readonly description: string
  /** Bodies by media type; absent: the answer has no body. */
  readonly content?: Readonly<Record<string, DescribedSchema>>
  /** Headers by name, each with what it says. */
  readonly headers?: Readonly<Record<string, string>>
}

/** The headers of an answer that asks its client to try again: 429 and 503. */
export const RETRY_HEADERS = { 'Retry-After': 'Seconds after which a retry is sensible' } as const

/** Answers by status. */
export type Answers = Readonly<Record<number, AnswerDescription>>

/**
 * What the API document says of an operation. Nothing here is checked or used for an answer: where
 * the framework validates a request, the schema that it validates with is described as well.
 */
export interface OperationDescription {
  /** Unique in the document; absent: made from the method and the path. */
  readonly operationId?: string
  readonly summary: string
  readonly description?: string
  /** Path with `{name}` for a parameter; absent: the route's own. */
  readonly path?: string
  /** In lower case; absent: each of the route's. */
  readonly method?: string
  /** Parameters as the properties of an object. */
  readonly params?: DescribedSchema
  readonly querystring?: DescribedSchema
  readonly headers?: DescribedSchema
  /** The request's body by media type. */
  readonly body?: Readonly<Record<string, DescribedSchema>>
  readonly isBodyOptional?: boolean
  /** Whether it answers without credentials. */
  readonly isPublic?: boolean
  /** Answers of its own, besides the ones that all operations of its API have. */
  readonly answers?: Answers
}

/** What decides which errors an operation may answer with. */
export interface OperationTraits {
  readonly method: string
  readonly path: string
  readonly isPublic: boolean
  readonly hasBody: boolean
  readonly hasPathParameters: boolean
}

/** What all operations of one API have in common in the API document. */
export interface ApiDescription {
  readonly tag: { readonly name: string; readonly description: string }
  /** Security schemes of OpenAPI by name; one of them is enough. */
  readonly securitySchemes: Readonly<Record<string, object>>
  /** The error answers of an operation; its own answers win. */
  errorAnswers(operation: OperationTraits): Answers
}

declare module 'fastify' {
  interface FastifySchema {
    /** Whether the route is left out of the API document. */
    hide?: boolean
    operationId?: string
    summary?: string
    description?: string
    /** Whether it answers without credentials. */
    isPublic?: boolean
    /** Media types of the request's body; absent: application/json. */
    consumes?: readonly string[]
    /** Answers that `response` does not describe, or describes without headers. */
    answers?: Answers
  }
  interface FastifyContextConfig {
    /** The operations of a route whose requests the framework does not validate. */
    operations?: readonly OperationDescription[]
  }
}
