import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type ErrorCode, Fault } from '../../core/errors.ts'
import { problemBody } from '../../dialects/api/problems/problem-details.ts'

/** Errors of Node's HTTP parser and time-outs, by code; any other code means malformed. */
const FAULT_OF_CODE: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'request.head-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request.timeout',
}

/**
 * Answers a request that is rejected before it is parsed, as problem details like any other error,
 * and closes the connection. The path was not read, so the intended API is unknown.
 */
export function answerConnectionError(error: Error & { code?: string }, socket: Socket): void {
  // The client is gone, or was answered already.
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy(error)
    return
  }
  const code = FAULT_OF_CODE[error.code ?? ''] ?? 'request.malformed'
  const fault = new Fault(code, code === 'request.malformed' ? { detail: error.message } : {})
  const { type, body } = problemBody(fault)
  const head = [
    `HTTP/1.1 ${fault.status} ${STATUS_TEXTS[fault.status] ?? 'Bad Request'}`,
    `Content-Type: ${type}`,
    `Content-Length: ${body.length}`,
    'Connection: close',
  ].join('\r\n')
  socket.end(Buffer.concat([Buffer.from(`${head}\r\n\r\n`), body]))
}

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
}

/** Answers an `Expect` header other than `100-continue` with 417 (RFC 9110, 10.1.1). */
export function refuseExpectations(server: Server): void {
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const fault = new Fault('request.expectation', {
      detail: 'Expect must be 100-continue or absent',
    })
    const { type, body } = problemBody(fault)
    response.writeHead(fault.status, { 'Content-Type': type, 'Content-Length': body.length })
    response.end(body)
  })
}
