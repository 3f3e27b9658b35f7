import { runTranscripts } from '../../support/transcript.ts'

/** Exports have a receiver: an address of this machine at which nothing listens. */
runTranscripts(import.meta.url, { arguments: ['--exports-allowed-hosts', '127.0.0.9'] })
