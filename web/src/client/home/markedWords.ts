/** A piece of a text, and whether it is one of the words that were looked for. */
export interface MarkedPart {
  readonly text: string;
  readonly marked: boolean;
}

const WORD = /[\p{L}\p{N}\p{M}]+/gu;
/** So much is shown before the first word that was found. */
const LEAD = 40;
const MOST = 240;

/**
 * A text as parts, with the words of the query marked: as the server's search has it, whole words but for the last one,
 * which may be the beginning of a word, whatever their case and accents.
 */
export function markedWords(text: string, query: string): readonly MarkedPart[] {
  const wanted = [...query.matchAll(WORD)].map(([word]) => plain(word));
  const last = wanted.at(-1);
  if (last === undefined || text === '') return text === '' ? [] : [{ text, marked: false }];
  const parts: MarkedPart[] = [];
  let done = 0;
  for (const { 0: word, index } of text.matchAll(WORD)) {
    const found = plain(word);
    if (!wanted.includes(found) && !found.startsWith(last)) continue;
    if (index > done) parts.push({ text: text.slice(done, index), marked: false });
    parts.push({ text: word, marked: true });
    done = index + word.length;
  }
  return done < text.length ? [...parts, { text: text.slice(done), marked: false }] : parts;
}

/** As much of a long text as fits a result, around the first word that was found. */
export function markedExcerpt(text: string, query: string): readonly MarkedPart[] {
  const words = text.replaceAll(/\s+/gu, ' ').trim();
  const [first] = markedWords(words, query);
  const before = first === undefined || first.marked || first.text.length === words.length ? 0 : first.text.length;
  const from = before <= LEAD ? 0 : beginningOfWord(words, before - LEAD);
  const shown = `${from > 0 ? '…' : ''}${words.slice(from, from + MOST)}${from + MOST < words.length ? '…' : ''}`;
  return markedWords(shown, query);
}

function beginningOfWord(text: string, from: number): number {
  const space = text.indexOf(' ', from);
  return space === -1 || space > from + LEAD ? from : space + 1;
}

function plain(word: string): string {
  return word.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
