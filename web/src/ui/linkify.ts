export interface TextPart {
  readonly text: string;
  /** An http or https address; null for plain text. */
  readonly href: string | null;
}

/** Splits a message into plain text and web links. Other schemes stay text: they could run code or open programs. */
export function linkify(message: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of message.matchAll(/https?:\/\/[^\s<>"']+/giu)) {
    const address = match[0].replace(/[.,;:!?)\]}]+$/u, '');
    const href = webAddress(address);
    if (href === null) continue;
    if (match.index > from) parts.push({ text: message.slice(from, match.index), href: null });
    parts.push({ text: address, href });
    from = match.index + address.length;
  }
  if (from < message.length) parts.push({ text: message.slice(from), href: null });
  return parts;
}

function webAddress(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, href } = new URL(text);
  return protocol === 'http:' || protocol === 'https:' ? href : null;
}
