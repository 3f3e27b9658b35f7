import { Dropdown, DropdownList, MenuToggle } from '@patternfly/react-core'
import { type ReactNode, useState } from 'react'

/** A button that opens a menu; `children` are its items. */
export function MenuButton({
  label,
  icon,
  text,
  children,
  keepsOpen = false,
}: {
  /** The name of the button for assistive technology, if its text does not suffice. */
  readonly label?: string
  readonly icon?: ReactNode
  readonly text?: ReactNode
  readonly children: ReactNode
  /** Whether the menu stays open when an item is chosen. */
  readonly keepsOpen?: boolean
}) {
  const [isOpen, setOpen] = useState(false)
  return (
    <Dropdown
      isOpen={isOpen}
      onOpenChange={setOpen}
      onSelect={() => keepsOpen || setOpen(false)}
      popperProps={{ position: 'end' }}
      toggle={(reference) => (
        <MenuToggle
          ref={reference}
          aria-label={label}
          isExpanded={isOpen}
          onClick={() => setOpen(!isOpen)}
          icon={icon}
          variant={text === undefined ? 'plain' : 'default'}
        >
          {text}
        </MenuToggle>
      )}
      shouldFocusToggleOnSelect
    >
      <DropdownList>{children}</DropdownList>
    </Dropdown>
  )
}
