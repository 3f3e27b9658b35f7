#!/usr/bin/env node

import { setFlagsFromString } from 'node:v8'

// The engine's calls (a writer, readers, streams) run on the thread pool beside files and hashes:
// its default of four would let three slow queries hold up every insert. It is read at first use.
process.env.UV_THREADPOOL_SIZE ??= '16'

// Every time inside is UTC. The engine reads the zone of the host when it is loaded, and does not
// start with a name that is not a zone's.
process.env.TZ = 'UTC'

// The heap is collected when it has grown by two fifths, not when it is several times as large:
// what lives in it is small, and a long export or import would let resident memory grow instead.
setFlagsFromString('--heap-growing-percent=40')

const { main } = await import('../dist/main.js')

process.exitCode = await main(process.argv.slice(2))
