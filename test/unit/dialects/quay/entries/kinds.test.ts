import { expect, test } from 'vitest'
import { ACTIONS } from '../../../../../src/core/event/action-catalogue.ts'
import { KIND_DESCRIPTIONS } from '../../../../../src/dialects/quay/entries/kind-descriptions.ts'
import {
  kindOfAction,
  QUAY_KINDS,
  quayKind,
} from '../../../../../src/dialects/quay/entries/kinds.ts'

test('every one of the 146 kinds is there once', () => {
  const names = QUAY_KINDS.map(({ kind }) => kind)
  expect(names).toHaveLength(146)
  expect(new Set(names).size).toBe(146)
})

test('every kind has an action of the catalogue', () => {
  const actions = new Set(ACTIONS.map(({ action }) => action))
  expect(QUAY_KINDS.filter(({ action }) => !actions.has(action))).toEqual([])
})

test('the action and outcome of a kind lead back to that kind', () => {
  for (const kind of QUAY_KINDS) {
    expect(quayKind(kind.kind)).toBe(kind)
    expect(kindOfAction(kind.action, kind.isFailure)).toBe(kind)
  }
})

test('a kind that fails has a kind that succeeds', () => {
  const failures = QUAY_KINDS.filter(({ isFailure }) => isFailure)
  expect(failures.filter(({ action }) => kindOfAction(action, false) === undefined)).toEqual([])
})

test('no kind lists a metadata key twice', () => {
  const doubled = QUAY_KINDS.filter(({ metadata }) => new Set(metadata).size < metadata.length)
  expect(doubled).toEqual([])
})

test('every kind is described in one line, by nothing but its own metadata', () => {
  expect(Object.keys(KIND_DESCRIPTIONS).sort()).toEqual(QUAY_KINDS.map(({ kind }) => kind).sort())
  for (const { kind, description, metadata } of QUAY_KINDS) {
    expect(description, kind).toMatch(/^[^\n]{10,100}$/)
    const used = [...description.matchAll(/\{([^}]*)\}/g)].map(([, key]) => key)
    expect(metadata, kind).toEqual(expect.arrayContaining(used))
  }
})

test.each([
  ['image.push', false, 'push_repo'],
  ['image.push', true, 'push_repo_failed'],
  ['image.mount', false, 'push_repo'],
  ['image.pull', false, 'pull_repo'],
  ['image.pull', true, 'pull_repo_failed'],
  ['image.inspect', false, 'pull_repo'],
  ['image.inspect', true, 'pull_repo_failed'],
  ['blob.inspect', false, undefined],
  ['tag.delete', false, 'delete_tag'],
  ['tag.delete', true, 'delete_tag_failed'],
  ['image.delete', false, 'delete_tag'],
  ['repository.create', false, 'create_repo'],
  ['repository.delete', false, 'delete_repo'],
  ['repository.delete', true, undefined],
  ['auth.login', false, 'login_success'],
  ['auth.login', true, 'login_failure'],
  ['blob.push', false, undefined],
  ['container.start', false, undefined],
])('%s (failed: %s) is told as %s', (action, isFailure, kind) => {
  expect(kindOfAction(action, isFailure)?.kind).toBe(kind)
})
