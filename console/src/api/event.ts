/** An event as the API answers it. Every text in it is untrusted. */
export interface EventJson {
  readonly id: string
  readonly seq: number
  readonly time: string
  readonly received: string
  readonly tenant: string
  readonly source: { readonly kind: string; readonly name: string; readonly eventId?: string }
  readonly action: string
  readonly nativeAction?: string
  readonly category: string
  readonly level: string
  readonly outcome: string
  readonly actor: {
    readonly id?: string
    readonly name?: string
    readonly email?: string
    readonly kind: string
  } | null
  readonly target?: {
    readonly type?: string
    readonly id?: string
    readonly name?: string
    readonly namespace?: string
    readonly repository?: string
    readonly tag?: string
    readonly digest?: string
  }
  readonly client?: { readonly ip?: string; readonly userAgent?: string }
  readonly message?: string
  readonly details?: Readonly<Record<string, unknown>>
}

/** A page of events. */
export interface EventPage {
  readonly events: readonly EventJson[]
  readonly next?: string
}

/** Number of matching events in an interval, with a value of the field that is counted by. */
export interface Bucket {
  readonly time: string
  readonly key?: string
  readonly count: number
}
