/** The logo of Waybill: a lined sheet of paper and the name. */
function logo(ink: string): string {
  const parts = [
    '<svg xmlns="http://www.w3.org/2000/svg" width="132" height="32" viewBox="0 0 132 32">',
    '<rect x="4" y="3" width="20" height="26" rx="3" fill="#0f7b6c"/>',
    '<path d="M9 10h10M9 16h10M9 22h6" stroke="#fff" stroke-width="2" stroke-linecap="round"/>',
    `<text x="33" y="23" fill="${ink}" font-family="sans-serif" font-size="20">Waybill</text>`,
    '</svg>',
  ]
  return `data:image/svg+xml;base64,${Buffer.from(parts.join('')).toString('base64')}`
}

/** The logos on Quay's pages, at the sign-in and in the header; both are complete images. */
export const BRANDING = { logo: logo('#151515'), logo_dark: logo('#ffffff') } as const
