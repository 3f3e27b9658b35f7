#!/usr/bin/env node

// CommonJS, by the package.json next to it: a module is read on the thread pool, whose size is
// fixed from then on.

// The engine's calls (a writer, readers, streams) run on the thread pool with files and hashes: of
// its default of four, slow queries of one client could take every thread.
process.env.UV_THREADPOOL_SIZE ??= '32'

// Every time inside is UTC. The engine reads the zone of the host when it is loaded, and does not
// start with a name that is not a zone's.
process.env.TZ = 'UTC'

// The heap is collected when it has grown by two fifths, not when it is several times as large:
// what lives in it is small, and a long export or import would let resident memory grow instead.
require('node:v8').setFlagsFromString('--heap-growing-percent=40')

async function run() {
  const { main } = await import('../dist/main.js')
  process.exitCode = await main(process.argv.slice(2))
}

void run()
