import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import type { Machine } from './machine.ts'
import { type Baseline, format, type Goal, type Measurement } from './row.ts'

/** What a run tells. */
export interface Report {
  readonly machine: Machine
  /** The command that makes the same figures. */
  readonly command: string
  /** UTC day, `2026-11-22`. */
  readonly day: string
  readonly measurements: readonly Measurement[]
  /** What marks in the table point to, each beginning with its mark. */
  readonly notes: readonly string[]
}

const HEADINGS = ['what', 'events', 'figure', 'next to it', 'goal', 'reached'] as const
/** Between these, and nowhere else, a document's figures are replaced. */
const BEGIN = '<!-- figures:begin -->'
const END = '<!-- figures:end -->'

/** The table for a terminal, with its notes. */
export function terminalTable(report: Pick<Report, 'measurements' | 'notes'>): string {
  const rows = padded([[...HEADINGS], ...report.measurements.map(cells)])
  return [...rows.map((row) => row.join('  ').trimEnd()), ...usedNotes(report)].join('\n')
}

/** Machine, command and table for a document. */
export function markdownFigures(report: Report): string {
  const { machine, command, day, measurements } = report
  const notes = usedNotes(report)
  const [headings = [], ...lines] = padded([[...HEADINGS], ...measurements.map(cells)])
  const rule = headings.map((heading) => '-'.repeat(heading.length))
  return [
    `Measured on ${day} with \`${command}\` on ${machine.text}.`,
    '',
    ...[headings, rule, ...lines].map((columns) => `| ${columns.join(' | ')} |`),
    ...(notes.length === 0 ? [] : ['', notes.join(' · ')]),
  ].join('\n')
}

/** The notes whose marks are in the table. */
function usedNotes({ measurements, notes }: Pick<Report, 'measurements' | 'notes'>): string[] {
  const texts = measurements.flatMap(({ baselines }) => baselines.map(({ text }) => text))
  return notes.filter(([mark = '']) => texts.some((text) => text.includes(mark)))
}

/** The same rows, with the cells of each column equally wide. */
function padded(rows: readonly string[][]): string[][] {
  const widths = HEADINGS.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)))
}

/** Replaces the figures of a document. Throws when it has no place for them. */
export async function writeMarkdown(path: string, report: Report): Promise<void> {
  const document = existsSync(path) ? await readFile(path, 'utf8') : `${BEGIN}\n${END}\n`
  await writeFile(path, withFigures(document, markdownFigures(report)))
}

/** The document with its figures replaced. Throws when it has no place for them. */
export function withFigures(document: string, figures: string): string {
  const begin = document.indexOf(BEGIN)
  const end = document.indexOf(END)
  if (begin === -1 || end < begin) throw new Error(`no place for figures: ${BEGIN} … ${END}`)
  return `${document.slice(0, begin + BEGIN.length)}\n\n${figures}\n\n${document.slice(end)}`
}

function cells(measurement: Measurement): string[] {
  const { name, events, figure, baselines, goals } = measurement
  return [
    name,
    events === undefined ? '–' : count(events),
    figure,
    baselines.map(baselineText).join('; ') || '–',
    goals.map(({ text }) => text).join(', ') || '–',
    reached(measurement),
  ]
}

function baselineText({ text, ratio }: Baseline): string {
  return ratio === undefined ? text : `${text} (${format(ratio)} ×)`
}

function reached({ goals }: Measurement): string {
  if (goals.length === 0) return '–'
  const missed = goals.filter((goal) => goal.reached === false)
  const open = goals.filter((goal) => goal.reached === undefined)
  if (missed.length === goals.length) return 'no'
  if (open.length === goals.length) return 'not measured'
  return (
    [
      ...(missed.length === 0 ? [] : [`no: ${textsOf(missed)}`]),
      ...(open.length === 0 ? [] : [`not measured: ${textsOf(open)}`]),
    ].join('; ') || 'yes'
  )
}

function textsOf(goals: readonly Goal[]): string {
  return goals.map(({ text }) => text).join(', ')
}

function count(events: number): string {
  const million = 1_000_000
  return events % million === 0 ? `${events / million} M` : events.toLocaleString('en-GB')
}
