import { Button, DropdownItem, Form, FormGroup, Popover, TextInput } from '@patternfly/react-core'
import ClockIcon from '@patternfly/react-icons/dist/esm/icons/clock-icon'
import { useState } from 'react'
import { MenuButton } from '../shell/menu-button.tsx'
import { momentOf, momentText, QUICK_SPANS, spanLabel, type TimeRange } from '../time/time-range.ts'
import { plainTime, ZONE } from '../time/time-text.ts'

/** Chooses the period of the search: by one click, or from and to a time. */
export function TimeRangeMenu({
  range,
  onChange,
}: {
  readonly range: TimeRange
  readonly onChange: (range: TimeRange) => void
}) {
  return (
    <div className="time-range">
      <MenuButton
        label={`Time range: ${rangeLabel(range)}`}
        icon={<ClockIcon />}
        text={rangeLabel(range)}
      >
        {QUICK_SPANS.map((span) => (
          <DropdownItem
            key={span}
            isSelected={range.kind === 'last' && range.span === span}
            onClick={() => onChange({ kind: 'last', span })}
          >
            {spanLabel(span)}
          </DropdownItem>
        ))}
        <DropdownItem isSelected={range.kind === 'all'} onClick={() => onChange({ kind: 'all' })}>
          All time
        </DropdownItem>
      </MenuButton>
      <Popover
        aria-label="From and to"
        headerContent="From and to"
        bodyContent={(hide) => (
          <BetweenForm
            range={range}
            onChange={(chosen) => {
              hide()
              onChange(chosen)
            }}
          />
        )}
        position="bottom-end"
      >
        <Button variant="control" aria-label="Choose from and to" title={`Times are in ${ZONE}`}>
          {ZONE}
        </Button>
      </Popover>
    </div>
  )
}

/** A period in words. */
function rangeLabel(range: TimeRange): string {
  if (range.kind === 'all') return 'All time'
  if (range.kind === 'last') return spanLabel(range.span)
  const from = range.from === undefined ? undefined : momentOf(range.from)
  const to = range.to === undefined ? undefined : momentOf(range.to)
  if (from === undefined) return `Before ${plainTime(to ?? 0)}`
  return to === undefined ? `Since ${plainTime(from)}` : `${plainTime(from)} – ${plainTime(to)}`
}

function BetweenForm({
  range,
  onChange,
}: {
  readonly range: TimeRange
  readonly onChange: (range: TimeRange) => void
}) {
  const [from, setFrom] = useState(localText(range.kind === 'between' ? range.from : undefined))
  const [to, setTo] = useState(localText(range.kind === 'between' ? range.to : undefined))
  const isReversed = from !== '' && to !== '' && from > to
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault()
        onChange({
          kind: 'between',
          ...(from !== '' && { from: momentText(Date.parse(from)) }),
          ...(to !== '' && { to: momentText(Date.parse(to)) }),
        })
      }}
    >
      <FormGroup label="From" fieldId="range-from">
        <TextInput
          id="range-from"
          type="datetime-local"
          value={from}
          onChange={(_event, value) => setFrom(value)}
        />
      </FormGroup>
      <FormGroup label="To" fieldId="range-to">
        <TextInput
          id="range-to"
          type="datetime-local"
          value={to}
          validated={isReversed ? 'error' : 'default'}
          onChange={(_event, value) => setTo(value)}
        />
      </FormGroup>
      <p className="quiet">
        {isReversed ? 'The end is before the start. ' : ''}In the time zone of this browser, {ZONE}.
      </p>
      <Button type="submit" isDisabled={isReversed || (from === '' && to === '')}>
        Apply
      </Button>
    </Form>
  )
}

/** A moment as the field for a local time takes it. */
function localText(moment: string | undefined): string {
  const millis = moment === undefined ? undefined : momentOf(moment)
  if (millis === undefined) return ''
  const offsetMs = new Date(millis).getTimezoneOffset() * 60_000
  return new Date(millis - offsetMs).toISOString().slice(0, 16)
}
