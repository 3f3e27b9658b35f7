import {
  Button,
  Form,
  FormGroup,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  Radio,
} from '@patternfly/react-core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type AskedSearch, readCount, searchParameters } from '../api/search-requests.ts'
import { ErrorNotice } from '../shell/error-notice.tsx'
import { numberText } from '../time/time-text.ts'

const FORMATS = [
  { name: 'csv', label: 'CSV', description: 'A row for each event, for spreadsheets' },
  { name: 'ndjson', label: 'NDJSON', description: 'Whole events, one on a line' },
  { name: 'json', label: 'JSON', description: 'Whole events, as one document' },
  { name: 'parquet', label: 'Parquet', description: 'For DuckDB, pandas and other analysis' },
] as const

/** Downloads exactly the events that the search finds. */
export function ExportDialog({
  asked,
  onClose,
}: {
  readonly asked: AskedSearch
  readonly onClose: () => void
}) {
  const [format, setFormat] = useState<(typeof FORMATS)[number]['name']>('csv')
  const { data, error } = useQuery({
    queryKey: ['count', asked.id],
    queryFn: ({ signal }) => readCount(asked, signal),
  })
  const parameters = searchParameters(asked)
  parameters.set('format', format)
  if (format === 'csv') parameters.set('bom', 'true')
  const count = data === undefined ? 'The events' : `${numberText(data)} events`
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="export-title">
      <ModalHeader
        title="Export"
        labelId="export-title"
        description={`${count} of this search, oldest first.`}
      />
      <ModalBody>
        {error !== null && <ErrorNotice error={error} />}
        <Form>
          <FormGroup role="radiogroup" label="Format" fieldId="export-format">
            {FORMATS.map(({ name, label, description }) => (
              <Radio
                key={name}
                id={`export-${name}`}
                name="export-format"
                label={label}
                description={description}
                isChecked={name === format}
                onChange={() => setFormat(name)}
              />
            ))}
          </FormGroup>
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button
          component="a"
          href={`/v1/events/export?${parameters}`}
          download={`events.${format}`}
          onClick={onClose}
        >
          Download
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  )
}
