/** The kind of the source of events that were read from a Quay: collected or imported. */
export const QUAY_SOURCE_KIND = 'quay'
