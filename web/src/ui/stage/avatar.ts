/** Glazes for people without a picture; each gives white text a contrast of at least 4.5 to 1. */
export const GLAZES = ['#9a4a1f', '#7a5c12', '#4f6b1e', '#1f6b58', '#226683', '#4a559c', '#7d4590', '#9c3d5e'] as const;

/** One or two letters that stand for a name. */
export function initials(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const first = letter(words[0]);
  const last = words.length > 1 ? letter(words.at(-1)) : '';
  return first + last === '' ? '?' : first + last;
}

/** The same person has the same glaze on every screen. */
export function glaze(identity: string): string {
  let hash = 0;
  for (const char of identity) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return GLAZES[hash % GLAZES.length] ?? GLAZES[0];
}

function letter(word: string | undefined): string {
  const found = /[\p{L}\p{N}]/u.exec(word ?? '');
  return found === null ? '' : found[0].toLocaleUpperCase();
}
