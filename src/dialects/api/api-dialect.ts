import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Fault } from '../../core/errors.ts'
import type { Answer, Answers, Api, Deviations, Route, RouteFamily } from './api.ts'
import { keepBodiesAsBytes } from './bodies/bytes-body.ts'
import type { Dialect } from './dialect.ts'
import { firstValue } from './parameter-values.ts'

/** The dialect that serves an API. */
export function createDialect<Services>(api: Api<Services>): Dialect {
  const { name, prefixes, unknownPath = missing, answerError, description } = api
  return {
    ...{ name, prefixes, unknownPath, answerError, api: description },
    register(scope, context) {
      scope.setErrorHandler(answerError)
      scope.decorateRequest(ANSWER, null)
      const services = api.services(context, scope)
      const paths = pathsOf(api)
      for (const isBytes of [false, true]) {
        scope.register((part, _options, done) => {
          if (isBytes) keepBodiesAsBytes(part)
          // Of the framework's own parsers the one of JSON is left.
          else part.removeContentTypeParser('text/plain')
          for (const path of paths) {
            if (hasBytes(path) === isBytes) registerPath(part, path, api, services)
          }
          done()
        })
      }
    },
  }
}

function missing(): Error {
  return new Fault('resource.missing')
}

function refused(): Error {
  return new Fault('resource.method')
}

/** The answer to a request, found before its body is read. */
const ANSWER = 'apiAnswer'

/** The answers of a path by method, with those that no route states. */
type AllAnswers<Services> = ReadonlyMap<string, Answer<Services>>

/** A path with everything that it answers. */
interface ApiPath<Services> extends Pick<RouteFamily<Services>, 'path' | 'describes'> {
  readonly bodyBytesMax: number | undefined
  readonly deviations: Deviations
  /** @param rest of the path, where it ends in `*`. */
  readonly find: (rest: string) => AllAnswers<Services> | undefined
}

function hasBytes({ deviations }: { readonly deviations: Deviations }): boolean {
  return deviations.bodies !== undefined
}

/** Each path once: the framework is given all of its methods together. */
function pathsOf<Services>(api: Api<Services>): readonly ApiPath<Services>[] {
  const groups = new Map<string, Route<Services>[]>()
  const families: ApiPath<Services>[] = []
  for (const route of api.routes) {
    if ('find' in route) families.push(familyPath(route, api))
    else groups.set(route.path, [...(groups.get(route.path) ?? []), route])
  }
  return [...[...groups].map(([path, routes]) => routesPath(path, routes, api)), ...families]
}

function routesPath<Services>(
  path: string,
  routes: readonly Route<Services>[],
  api: Api<Services>,
): ApiPath<Services> {
  const deviations = Object.assign({}, api.deviations, ...routes.map((route) => route.deviations))
  const stated = Object.fromEntries(routes.map(({ method, answer }) => [method, answer]))
  const answers = allAnswers(stated, deviations)
  return {
    path,
    bodyBytesMax: routes.find(({ bodyBytesMax }) => bodyBytesMax !== undefined)?.bodyBytesMax,
    deviations,
    describes: routes.map(({ describes, method }) => {
      return { ...describes, method: method.toLowerCase() }
    }),
    find: () => answers,
  }
}

function familyPath<Services>(
  { path, bodyBytesMax, describes, find, ...own }: RouteFamily<Services>,
  api: Api<Services>,
): ApiPath<Services> {
  const deviations = { ...api.deviations, ...own.deviations }
  return {
    ...{ path, bodyBytesMax, describes, deviations },
    find: (rest) => {
      const stated = find(rest)
      return stated && allAnswers(stated, deviations)
    },
  }
}

/** What a route states, and what its API adds: HEAD after GET, OPTIONS before what changes. */
function allAnswers<Services>(
  stated: Answers<Services>,
  { head, options }: Deviations,
): AllAnswers<Services> {
  const answers = new Map<string, Answer<Services>>()
  if (stated.GET !== undefined) answers.set('GET', stated.GET)
  if (stated.GET !== undefined && head === undefined) answers.set('HEAD', stated.GET)
  const addsOptions = stated.OPTIONS === undefined && options !== undefined
  if (addsOptions && options.is !== 'refused') answers.set('OPTIONS', options.is)
  for (const [method, answer] of Object.entries(stated)) answers.set(method, answer)
  return answers
}

function registerPath<Services>(
  scope: FastifyInstance,
  path: ApiPath<Services>,
  api: Api<Services>,
  services: Services,
): void {
  const { bodyBytesMax, describes, deviations } = path
  scope.route({
    method: scope.supportedMethods,
    url: path.path,
    ...(bodyBytesMax !== undefined && { bodyLimit: bodyBytesMax }),
    exposeHeadRoute: false,
    config: { operations: describes, deviations },
    // Before a body is read: a wrong path or method is wrong with any body.
    onRequest: async (request, reply) => {
      request.setDecorator(ANSWER, findAnswer(path, api, request, reply))
    },
    handler: async (request, reply) =>
      request.getDecorator<Answer<Services>>(ANSWER)(request, reply, services),
  })
}

/** @throws the API's errors for an unknown path and for a method that the path does not answer. */
function findAnswer<Services>(
  { find, deviations }: ApiPath<Services>,
  { unknownPath = missing, wrongMethod = refused }: Api<Services>,
  request: FastifyRequest,
  reply: FastifyReply,
): Answer<Services> {
  const answers = find(firstValue(request.params, '*') ?? '')
  if (answers === undefined) throw unknownPath()
  const answer = answers.get(request.method)
  const namesMethods = answer === undefined || request.method === 'OPTIONS'
  if (namesMethods && deviations.otherMethods === undefined) {
    void reply.header('Allow', [...answers.keys()].join(', '))
  }
  if (answer === undefined) throw wrongMethod()
  return answer
}
