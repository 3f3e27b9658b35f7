/** A wording that is not plain English, and the words to write in its place. */
export interface ReplacedWord {
  readonly pattern: RegExp
  readonly instead: string
}

/**
 * Wordings that `tidy.test.ts` rejects in src, in the documents and in the names of tests. Each was
 * once frequent here and made sentences hard to read. Add a wording once it occurs nowhere.
 */
export const REPLACED_WORDS: readonly ReplacedWord[] = [
  // Pronouns without a noun: name who or what acts.
  { pattern: /\b[Ss]omebody\b|\b[Aa]nybody\b/, instead: 'a user, a caller, a client' },
  // In quotes it is a user's name.
  { pattern: /(?<!`)\b[Nn]obody\b/, instead: 'no user, no caller' },
  { pattern: /\b[Ee]verybody\b/, instead: 'all users, every caller' },
  { pattern: /\b[Ww]hoever\b/, instead: 'the user who, callers that' },
  { pattern: /\b[Ff]or who\b/, instead: 'for users who, for callers that' },
  { pattern: /\b[Tt]he own\b/, instead: 'its, their, the name of the owner' },
  { pattern: /\b(?:is|are|was) none of\b/, instead: 'is not one of, is not a' },

  // Verbs with a plainer one.
  { pattern: /\b[Tt](?:ell|ells|old) of\b/, instead: 'report, notify' },
  { pattern: /\b[Mm]end(?:s|ed|ing)?\b/, instead: 'fix, repair' },
  { pattern: /\b[Hh]and(?:s|ed|ing)? over\b/, instead: 'pass' },
  { pattern: /\b[Ss]tands?\b(?! for)|\bstood\b/, instead: 'is, is stored, is valid' },
  { pattern: /\ba look\b/, instead: 'a lookup' },

  // Adverbs and nouns that have another meaning, or none, in this field.
  { pattern: /\b[Bb]eside\b/, instead: 'next to, as well as, besides' },
  { pattern: /\b[Bb]lank(?:s|ed)\b/, instead: 'spaces, cleared' },
  { pattern: /\bfor ever\b/, instead: 'forever' },
  { pattern: /\bany more\b/, instead: 'no longer' },
  { pattern: /\bas (?:it|they) came\b/, instead: 'unchanged' },

  // American spelling.
  { pattern: /\b[Cc]olour|\b[Bb]ehaviour|\b[Hh]onour/, instead: 'color, behavior, honor' },
  {
    pattern:
      /\b(?:recogni|organi|seriali|normali|initiali|authori|synchroni|minimi|maximi|summari)s(?:e[sd]?|ing|ations?)\b/i,
    instead: 'the spelling with z',
  },
  // In quotes it is Buildbot's word.
  { pattern: /(?<!')\b[Cc]ancell(?:ed|ing)\b/, instead: 'canceled, canceling' },
]

/** Records of what was decided once keep their words. */
export const KEPT_WORDS = /^docs\/decisions\//
