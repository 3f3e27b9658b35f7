import { Modal, ModalBody, ModalHeader } from '@patternfly/react-core'
import { SHORTCUT_KEYS } from './shortcuts.ts'

/** The keys of the events page. */
export function ShortcutHelp({ onClose }: { readonly onClose: () => void }) {
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="keys-title">
      <ModalHeader title="Keys" labelId="keys-title" />
      <ModalBody>
        <dl className="keys">
          {SHORTCUT_KEYS.map(([key, does]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
      </ModalBody>
    </Modal>
  )
}
