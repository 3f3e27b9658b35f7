#!/usr/bin/env node

// The engine's calls (a writer, readers, streams) run on the thread pool beside files and hashes:
// its default of four would let three slow queries hold up every insert. It is read at first use.
process.env.UV_THREADPOOL_SIZE ??= '16'

const { main } = await import('../dist/main.js')

process.exitCode = await main(process.argv.slice(2))
