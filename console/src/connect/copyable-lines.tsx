import {
  ClipboardCopyButton,
  CodeBlock,
  CodeBlockAction,
  CodeBlockCode,
} from '@patternfly/react-core'
import { useState } from 'react'

/** Lines for a shell or a file, with a button that copies them. */
export function CopyableLines({ lines, name }: { readonly lines: string; readonly name: string }) {
  const [isCopied, setCopied] = useState(false)
  const copy = () => void navigator.clipboard.writeText(lines).then(() => setCopied(true))
  const action = (
    <CodeBlockAction>
      <ClipboardCopyButton
        id={`copy-${name.replaceAll(/\W+/g, '-')}`}
        aria-label={`Copy: ${name}`}
        onClick={copy}
        onTooltipHidden={() => setCopied(false)}
        variant="plain"
      >
        {isCopied ? 'Copied' : 'Copy'}
      </ClipboardCopyButton>
    </CodeBlockAction>
  )
  return (
    <CodeBlock actions={action}>
      <CodeBlockCode>{lines}</CodeBlockCode>
    </CodeBlock>
  )
}
