// Runs the command line from the sources, for `npm run dev`: bin/waybill.js runs the built program.
// As there, the engine reads the time zone when it is loaded, so that is set first.
process.env['TZ'] = 'UTC'

const { main } = await import('../src/main.ts')
process.exitCode = await main(process.argv.slice(2))
