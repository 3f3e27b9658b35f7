import { Button } from '@patternfly/react-core'
import SearchIcon from '@patternfly/react-icons/dist/esm/icons/search-icon'
import { type KeyboardEvent, useId, useRef, useState } from 'react'
import { type Completion, completionsAt, type KnownValues } from '../search/completion.ts'
import { parseQuery, type QueryProblem } from '../search/query-text.ts'
import type { Term } from '../search/term.ts'
import { ProblemMarks } from './problem-marks.tsx'

/** The id of the field, which `/` moves the focus to. */
export const SEARCH_FIELD = 'search-field'

/** The search box: adds the filters and words that are typed into it to the search. */
export function SearchBox({
  known,
  lastTerm,
  onAdd,
  onEditLast,
}: {
  readonly known: KnownValues
  /** The term that Backspace takes back into an empty box, as typed. */
  readonly lastTerm: string | undefined
  readonly onAdd: (terms: readonly Term[]) => void
  readonly onEditLast: () => void
}) {
  const box = useSearchBox({ known, onAdd })
  const listId = useId()
  const problemId = useId()
  const { text, choices, chosen, problems } = box
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Backspace' && text === '' && lastTerm !== undefined) {
      event.preventDefault()
      onEditLast()
      box.write(lastTerm, lastTerm.length)
    } else box.onKeyDown(event)
  }
  return (
    <search className="search-box">
      <div className="search-line">
        <span className="search-icon" aria-hidden="true">
          <SearchIcon />
        </span>
        <div className="search-input">
          <ProblemMarks text={text} problems={problems} scrollLeft={box.scrollLeft} />
          <input
            id={SEARCH_FIELD}
            ref={box.field}
            type="text"
            role="combobox"
            aria-label="Search events"
            aria-expanded={choices.length > 0}
            aria-controls={listId}
            aria-autocomplete="list"
            aria-activedescendant={chosen < 0 ? undefined : `${listId}-${chosen}`}
            aria-invalid={problems.length > 0}
            aria-describedby={problemId}
            placeholder="actor:alice -action:image.pull ns:prod some words"
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            value={text}
            onChange={({ target }) => box.write(target.value, target.selectionStart ?? 0)}
            onFocus={() => box.open()}
            onBlur={() => box.close()}
            onScroll={({ currentTarget }) => box.setScrollLeft(currentTarget.scrollLeft)}
            onKeyDown={onKeyDown}
          />
        </div>
        <Button variant="control" onClick={() => box.submit()}>
          Search
        </Button>
      </div>
      {choices.length > 0 && (
        <ChoiceList id={listId} choices={choices} chosen={chosen} onChoose={box.choose} />
      )}
      <div id={problemId} className="search-problems" aria-live="polite">
        {problems.map(({ start, end, message }) => (
          <p key={`${start}`}>
            <code>{text.slice(start, end)}</code> {message}.
          </p>
        ))}
      </div>
    </search>
  )
}

function ChoiceList({
  id,
  choices,
  chosen,
  onChoose,
}: {
  readonly id: string
  readonly choices: readonly Completion[]
  readonly chosen: number
  readonly onChoose: (choice: Completion) => void
}) {
  return (
    <div id={id} role="listbox" aria-label="Completions" className="choices">
      {choices.map((choice, index) => (
        <div
          key={choice.text}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === chosen}
          className="choice"
          // The field keeps the focus.
          onMouseDown={(event) => {
            event.preventDefault()
            onChoose(choice)
          }}
        >
          <code>{choice.text}</code>
          <span>{choice.description}</span>
        </div>
      ))}
    </div>
  )
}

function useSearchBox({
  known,
  onAdd,
}: {
  readonly known: KnownValues
  readonly onAdd: (terms: readonly Term[]) => void
}) {
  const field = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const [cursor, setCursor] = useState(0)
  const [isOpen, setOpen] = useState(false)
  const [chosen, setChosen] = useState(-1)
  const [problems, setProblems] = useState<readonly QueryProblem[]>([])
  const [scrollLeft, setScrollLeft] = useState(0)
  const completions = completionsAt(text, cursor, known)
  const isUseful = isOpen && text.slice(completions.start, cursor) !== ''
  const choices = isUseful ? completions.choices : []
  const write = (value: string, at: number) => {
    setText(value)
    setCursor(at)
    setChosen(-1)
    setOpen(true)
    if (problems.length > 0) setProblems(parseQuery(value).problems)
  }
  const choose = (choice: Completion) => {
    const { start, end } = completions
    const value = text.slice(0, start) + choice.text + text.slice(end)
    write(value, start + choice.text.length)
    requestAnimationFrame(() => {
      const at = start + choice.text.length
      field.current?.setSelectionRange(at, at)
    })
  }
  const submit = () => {
    const parsed = parseQuery(text)
    setProblems(parsed.problems)
    setOpen(false)
    if (parsed.problems.length > 0) return
    setText('')
    onAdd(parsed.terms)
  }
  const move = (step: number) => {
    const count = choices.length
    setChosen((now) => (now + step + (now < 0 && step < 0 ? 1 : 0) + count) % count)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const choice = choices[chosen]
    if (event.key === 'Enter' || (event.key === 'Tab' && choices.length > 0)) {
      event.preventDefault()
      const first = event.key === 'Tab' ? (choice ?? choices[0]) : choice
      if (first !== undefined) choose(first)
      else submit()
    } else if (event.key === 'Escape' && choices.length > 0) {
      event.stopPropagation()
      setOpen(false)
    } else if (choices.length > 0 && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault()
      move(event.key === 'ArrowDown' ? 1 : -1)
    }
  }
  return {
    ...{ field, text, choices, chosen, problems, scrollLeft, setScrollLeft },
    ...{ write, choose, submit, onKeyDown },
    open: () => setOpen(true),
    close: () => setOpen(false),
  }
}
