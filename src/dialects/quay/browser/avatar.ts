import { hash } from 'node:crypto'
import type { JsonObject } from '../../../core/event/event.ts'

/** The colors of Quay's avatars, in the order of its `AVATAR_COLORS`. */
const PALETTE = [
  ...['#969696', '#aec7e8', '#ff7f0e', '#ffbb78', '#2ca02c', '#98df8a', '#d62728', '#ff9896'],
  ...['#9467bd', '#c5b0d5', '#8c564b', '#c49c94', '#e377c2', '#f7b6d2', '#7f7f7f', '#c7c7c7'],
  ...['#bcbd22', '#1f77b4', '#17becf', '#9edae5', '#393b79', '#5254a3', '#6b6ecf', '#9c9ede'],
  ...['#9ecae1', '#31a354', '#b5cf6b', '#a1d99b', '#8c6d31', '#ad494a', '#e7ba52', '#a55194'],
]

/** The owner of an avatar. */
export interface AvatarOwner {
  readonly name: string
  readonly email?: string | undefined
  readonly kind: 'user' | 'robot' | 'org'
}

/**
 * The avatar that Quay computes itself (`AVATAR_KIND: local`): a hash, and a color derived from it.
 */
export function avatarOf(owner: AvatarOwner): JsonObject {
  const identity = (owner.email ?? owner.name).trim().toLowerCase()
  // A single call, because a hash object for each entry of a long export is long-lived garbage.
  const sha256 = hash('sha256', identity)
  return { name: owner.name, hash: sha256, color: avatarColor(sha256), kind: owner.kind }
}

/** The color for a hex hash: its first byte selects from the palette. */
export function avatarColor(hash: string): string {
  return PALETTE[Number.parseInt(hash.slice(0, 2), 16) % PALETTE.length] ?? ''
}
