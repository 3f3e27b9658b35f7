/** Characters that change how the text around them is shown, or that are not shown at all. */
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be hidden
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g

/** A text in which characters that could mislead its reader are spelled out, such as ⟨U+202E⟩. */
export function spelledOut(text: string): string {
  return text.replaceAll(HIDDEN, (character) => {
    const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
    return `⟨U+${code}⟩`
  })
}

/** A text of an event: it may come from anyone, so it cannot change how its surroundings look. */
export function VisibleText({ text }: { readonly text: string }) {
  return <bdi>{spelledOut(text)}</bdi>
}
