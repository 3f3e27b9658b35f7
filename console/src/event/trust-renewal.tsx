import { Button } from '@patternfly/react-core'
import { browserTrust } from '../proof/browser-trust.ts'

/** What a person can decide after a proof that does not hold. */
export function TrustRenewal({
  otherKeys,
  onRenewed,
}: {
  readonly otherKeys: readonly string[]
  readonly onRenewed: () => void
}) {
  const store = browserTrust()
  const accept = () => {
    const trust = store.read()
    if (trust !== undefined) store.write({ ...trust, keys: [...trust.keys, ...otherKeys] })
    onRenewed()
  }
  const forget = () => {
    store.write(undefined)
    onRenewed()
  }
  return (
    <div className="trust-renewal">
      {otherKeys.length > 0 && (
        <p>
          The server also offers <code>{otherKeys.join(' ')}</code>. Accept it only if the operator
          announced it.{' '}
          <Button variant="link" isInline onClick={accept}>
            Accept the key
          </Button>
        </p>
      )}
      <p>
        If the operator set up a new ledger at this address, this browser can start over.{' '}
        <Button variant="link" isInline isDanger onClick={forget}>
          Forget what this browser saw
        </Button>
      </p>
    </div>
  )
}
