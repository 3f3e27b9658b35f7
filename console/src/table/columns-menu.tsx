import { DropdownItem } from '@patternfly/react-core'
import ColumnsIcon from '@patternfly/react-icons/dist/esm/icons/columns-icon'
import { COLUMN_NAMES, type ColumnName, DEFAULT_COLUMNS } from '../search/column-names.ts'
import { MenuButton } from '../shell/menu-button.tsx'
import { COLUMNS } from './event-cells.tsx'

/** Chooses the columns of the table. */
export function ColumnsMenu({
  columns,
  onChange,
}: {
  readonly columns: readonly ColumnName[]
  readonly onChange: (columns: readonly ColumnName[]) => void
}) {
  const toggled = (name: ColumnName) =>
    COLUMN_NAMES.filter((one) => columns.includes(one) !== (one === name))
  return (
    <MenuButton label="Columns" icon={<ColumnsIcon />} keepsOpen>
      {COLUMN_NAMES.map((name) => (
        <DropdownItem
          key={name}
          isSelected={columns.includes(name)}
          isDisabled={columns.length === 1 && columns.includes(name)}
          onClick={() => onChange(toggled(name))}
        >
          {COLUMNS[name].heading}
        </DropdownItem>
      ))}
      <DropdownItem onClick={() => onChange(DEFAULT_COLUMNS)}>Usual columns</DropdownItem>
    </MenuButton>
  )
}
