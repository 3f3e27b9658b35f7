import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { OperationDescription } from '../../dialects/api/api-description.ts'
import { type ApiDocument, apiDocument } from './document.ts'
import type { RouteBook } from './route-book.ts'

const DESCRIPTION: OperationDescription = {
  operationId: 'getApiDocument',
  summary: 'This document',
  isPublic: true,
  answers: {
    200: {
      description: 'Every route of this server, in OpenAPI 3.1',
      content: { 'application/json': Type.Object({}, { additionalProperties: true }) },
    },
  },
}

/** `GET /openapi.json`: the description of every route, without authentication. */
export function serveApiDocument(scope: FastifyInstance, book: RouteBook, version: string): void {
  let document: ApiDocument | undefined
  const options = { config: { operations: [DESCRIPTION] } }
  scope.get('/openapi.json', options, async () => {
    document ??= apiDocument(book.operations, version)
    return document
  })
}
