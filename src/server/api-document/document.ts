import { isMembers, type Members } from '../../core/json/json.ts'
import type {
  AnswerDescription,
  Answers,
  DescribedSchema,
} from '../../dialects/api/api-description.ts'
import { exampleOf } from './example.ts'
import type { Operation } from './route-book.ts'
import { SharedAnswers } from './shared-answers.ts'
import { SharedSchemas } from './shared-schemas.ts'

/** An OpenAPI 3.1 document. */
export interface ApiDocument {
  readonly openapi: '3.1.0'
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>
  readonly [member: string]: unknown
}

/**
 * Describes operations as an OpenAPI 3.1 document.
 *
 * @param version of the program.
 */
export function apiDocument(operations: readonly Operation[], version: string): ApiDocument {
  const parts = { schemas: new SharedSchemas(), answers: new SharedAnswers() }
  const paths: Record<string, Record<string, object>> = {}
  for (const operation of operations) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method]: operationObject(operation, parts),
    }
  }
  const apis = [...new Set(operations.map(({ api }) => api))]
  return {
    openapi: '3.1.0',
    info: {
      title: 'Waybill',
      version,
      description:
        'The audit log for container platforms: its native API, the vendor APIs that it ' +
        'implements, and the endpoints that receive events from sources.',
      license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The server that this document comes from' }],
    tags: apis.map(({ tag }) => tag),
    paths,
    components: {
      securitySchemes: Object.assign({}, ...apis.map((api) => api.securitySchemes)),
      responses: parts.answers.all,
      schemas: parts.schemas.all,
    },
  }
}

interface Parts {
  readonly schemas: SharedSchemas
  readonly answers: SharedAnswers
}

function operationObject(operation: Operation, { schemas, answers }: Parts): object {
  const { api, summary, description, operationId, body, isPublic = false } = operation
  const parameters = parametersOf(operation, schemas)
  const errors = api.errorAnswers({
    method: operation.method,
    path: operation.path,
    isPublic,
    hasBody: body !== undefined,
    hasPathParameters: operation.path.includes('{'),
  })
  const shared = Object.entries(errors).map(([status, answer]) => [
    status,
    answers.shared(api, status, responseObject(answer, schemas)),
  ])
  return {
    operationId: operationId ?? derivedId(operation),
    summary,
    ...(description !== undefined && { description }),
    tags: [api.tag.name],
    security: isPublic ? [] : Object.keys(api.securitySchemes).map((name) => ({ [name]: [] })),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: {
        required: operation.isBodyOptional !== true,
        content: contentObject(body, schemas),
      },
    }),
    responses: { ...Object.fromEntries(shared), ...responsesObject(operation.answers, schemas) },
  }
}

function parametersOf(operation: Operation, schemas: SharedSchemas): readonly object[] {
  const { params, querystring, headers, path } = operation
  const stated = propertiesOf(params)
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const ofPath = names.map((name) => parameter('path', name, stated.get(name), true))
  const others = [
    ...[...propertiesOf(querystring)].map(([name, schema]) => {
      return parameter('query', name, schema, isRequired(querystring, name))
    }),
    ...[...propertiesOf(headers)].map(([name, schema]) => {
      return parameter('header', name, schema, isRequired(headers, name))
    }),
  ]
  return [...ofPath, ...others].map((one) => ({ ...one, schema: schemas.shared(one.schema) }))
}

function parameter(place: string, name: string, schema: unknown, required: boolean) {
  const { documented, ...checked } = isMembers(schema) ? schema : { type: 'string' }
  const { description, ...rest }: Members = { ...checked, ...Object(documented) }
  return {
    name,
    in: place,
    ...(required && { required }),
    ...(description !== undefined && { description }),
    schema: rest,
  }
}

function propertiesOf(schema: DescribedSchema | undefined): ReadonlyMap<string, unknown> {
  const properties: unknown = Reflect.get(Object(schema), 'properties')
  return new Map(Object.entries(Object(properties)))
}

function isRequired(schema: DescribedSchema | undefined, name: string): boolean {
  const required: unknown = Reflect.get(Object(schema), 'required')
  return Array.isArray(required) && required.includes(name)
}

function responsesObject(answers: Answers = {}, schemas: SharedSchemas): object {
  return Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => [status, responseObject(answer, schemas)]),
  )
}

function responseObject(
  { description, content, headers }: AnswerDescription,
  schemas: SharedSchemas,
) {
  return {
    description,
    ...(headers !== undefined && {
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, text]) => [
          name,
          { description: text, schema: { type: 'string' } },
        ]),
      ),
    }),
    ...(content !== undefined && { content: contentObject(content, schemas) }),
  }
}

function contentObject(
  content: Readonly<Record<string, DescribedSchema>>,
  schemas: SharedSchemas,
): object {
  return Object.fromEntries(
    Object.entries(content).map(([mediaType, schema]) => [
      mediaType,
      { schema: schemas.shared(schema), example: exampleOf(schema) },
    ]),
  )
}

/** `get /v1/users/{id}` becomes `getV1UsersId`. */
function derivedId({ method, path }: Operation): string {
  const words = path.match(/[A-Za-z0-9]+/g) ?? []
  return [method, ...words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join('')
}
