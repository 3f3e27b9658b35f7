import { readdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const PAGE = fileURLToPath(new URL('../../../dist/console/', import.meta.url))
/** Compressed bytes of scripts and styles that the first page needs. */
const FIRST_LOAD_BYTES_MAX = 330_000
/** Compressed bytes of anything that is fetched later. */
const LAZY_BYTES_MAX = 40_000
const CHART_BYTES_MAX = 25_000

const assets = readdirSync(`${PAGE}assets`)
const html = readFileSync(`${PAGE}index.html`, 'utf8')
const packed = assets.filter((name) => /\.(?:js|css)\.gz$/.test(name))
const isFirst = (name: string) => html.includes(name.replace(/\.gz$/, ''))

function bytesOf(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + statSync(`${PAGE}assets/${name}`).size, 0)
}

test('the first page and those that are fetched later stay within their sizes', () => {
  const first = packed.filter(isFirst)
  expect(first.length).toBeGreaterThan(1)
  expect(bytesOf(first)).toBeLessThan(FIRST_LOAD_BYTES_MAX)
  for (const name of packed.filter((one) => !isFirst(one))) {
    const max = name.startsWith('histogram') ? CHART_BYTES_MAX : LAZY_BYTES_MAX
    expect({ name, isSmall: bytesOf([name]) < max }).toEqual({ name, isSmall: true })
  }
})

test('the page has no inline code, and each compressible file is compressed', () => {
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=/)
  for (const name of assets.filter((one) => /\.(?:js|css)$/.test(one))) {
    // What is too small gains nothing.
    if (statSync(`${PAGE}assets/${name}`).size < 500) continue
    expect(assets).toEqual(expect.arrayContaining([`${name}.br`, `${name}.gz`]))
  }
})
