import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import type {
  Answers,
  ApiDescription,
  DescribedSchema,
  OperationDescription,
} from '../../dialects/api/api-description.ts'

/** An operation of the API document with its full description. */
export interface Operation extends OperationDescription {
  readonly api: ApiDescription
  readonly method: string
  readonly path: string
}

/** Methods that mirror another one or that every path has. */
const UNDESCRIBED_METHODS = ['HEAD', 'OPTIONS']

/** Collects the operations of all registered routes for the API document. */
export class RouteBook {
  readonly #operations = new Map<string, Operation>()

  /** In the order of their paths. */
  get operations(): readonly Operation[] {
    const keys = [...this.#operations.keys()].sort()
    return keys.flatMap((key) => this.#operations.get(key) ?? [])
  }

  /**
   * Records every route that is registered in a scope from now on, unless its schema says `hide`.
   *
   * @throws Error, while the server is put together, for a route without a description.
   */
  watch(scope: FastifyInstance, api: ApiDescription | undefined): void {
    scope.addHook('onRoute', (route) => {
      if (route.schema?.hide === true) return
      if (api === undefined) return
      for (const described of descriptionsOf(route)) this.#add(route, api, described)
    })
  }

  #add(route: RouteOptions, api: ApiDescription, described: OperationDescription): void {
    const methods = described.method === undefined ? [route.method].flat() : [described.method]
    const path = described.path ?? pathOf(route.url)
    for (const method of methods) {
      if (UNDESCRIBED_METHODS.includes(method.toUpperCase())) continue
      const operation = { ...described, api, method: method.toLowerCase(), path }
      // A trailing slash does not make another operation.
      const key = `${path.replace(/(?<=.)\/$/, '')} ${operation.method}`
      if (!this.#operations.has(key)) this.#operations.set(key, operation)
    }
  }
}

/** `/v1/users/:id` becomes `/v1/users/{id}`. */
function pathOf(url: string): string {
  return url.replace(/:(\w+)/g, '{$1}')
}

function descriptionsOf({ config, schema, url }: RouteOptions): readonly OperationDescription[] {
  if (config?.operations !== undefined) return config.operations
  if (schema?.summary === undefined) throw new Error(`the route ${url} is not described`)
  return [descriptionOf(schema, schema.summary)]
}

function descriptionOf(schema: FastifySchema, summary: string): OperationDescription {
  const { operationId, description, params, querystring, headers, body, isPublic } = schema
  const { consumes = ['application/json'] } = schema
  return {
    summary,
    ...(operationId !== undefined && { operationId }),
    ...(description !== undefined && { description }),
    ...(isPublic !== undefined && { isPublic }),
    ...(isSchema(params) && { params }),
    ...(isSchema(querystring) && { querystring }),
    ...(isSchema(headers) && { headers }),
    ...(isSchema(body) && {
      body: Object.fromEntries(consumes.map((mediaType) => [mediaType, body])),
    }),
    answers: { ...answersOf(schema.response), ...schema.answers },
  }
}

/** JSON answers, as the route declares them to the framework. */
function answersOf(response: unknown): Answers {
  const answers = Object.entries(Object(response)).filter(
    (entry): entry is [string, DescribedSchema] => isSchema(entry[1]),
  )
  return Object.fromEntries(
    answers.map(([status, schema]) => {
      const description = String(Reflect.get(schema, 'description') ?? 'The result')
      const isEmpty = Reflect.get(schema, 'type') === 'null'
      return [
        status,
        isEmpty
          ? { description: 'Done' }
          : { description, content: { 'application/json': schema } },
      ]
    }),
  )
}

function isSchema(value: unknown): value is DescribedSchema {
  return typeof value === 'object' && value !== null
}
