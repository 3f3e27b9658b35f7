import { runTranscripts } from '../../support/transcript.ts'

runTranscripts(import.meta.url)
