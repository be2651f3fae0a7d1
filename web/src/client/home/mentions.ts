/** Who is meant by an "@name" in a message. Names are what the page shows of a conversation's members. */

export interface Nameable {
  readonly id: string;
  readonly name: string;
}

export interface UnfinishedMention {
  /** Where its "@" stands. */
  readonly at: number;
  readonly typed: string;
}

const MOST_SUGGESTIONS = 6;
/** Longer than this no name is looked for: somebody just wrote an "@". */
const LONGEST_TYPED = 40;
const WORD = /[\p{L}\p{N}_]/u;

/** The ids of all members whose name follows an "@" in the text; of names that begin alike the longest counts. */
export function mentionsIn(text: string, members: readonly Nameable[]): string[] {
  return [...new Set(mentionSpans(text, members).flatMap(({ ids }) => ids))];
}

export interface MentionSpan {
  readonly from: number;
  readonly to: number;
  readonly ids: readonly string[];
}

/** Where members are named in the text, in order. */
export function mentionSpans(text: string, members: readonly Nameable[]): MentionSpan[] {
  const named = members.filter(({ name }) => name !== '').sort((one, other) => other.name.length - one.name.length);
  const spans: MentionSpan[] = [];
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    if (!beginsWord(text, at)) continue;
    const meant = named.find(({ name }) => standsAt(text, at + 1, name))?.name;
    if (meant === undefined) continue;
    const ids = named.filter(({ name }) => isSame(name, meant)).map(({ id }) => id);
    spans.push({ from: at, to: at + 1 + meant.length, ids });
  }
  return spans;
}

/** What is typed after an "@" up to the caret, if that may become a name. */
export function unfinishedMention(text: string, caret: number): UnfinishedMention | null {
  const at = text.lastIndexOf('@', caret - 1);
  if (at < 0 || !beginsWord(text, at)) return null;
  const typed = text.slice(at + 1, caret);
  if (typed.length > LONGEST_TYPED || /[\n@]/u.test(typed) || typed.startsWith(' ')) return null;
  return { at, typed };
}

/** Members one of whose words begins with what is typed, best first. */
export function suggestionsFor<Member extends Nameable>(typed: string, members: readonly Member[]): readonly Member[] {
  const sought = folded(typed);
  const rank = ({ name }: Nameable): number => {
    const candidate = folded(name);
    if (candidate.startsWith(sought)) return 0;
    return candidate.split(/\s+/u).some((word) => word.startsWith(sought)) ? 1 : 2;
  };
  return members
    .map((member) => ({ member, rank: rank(member) }))
    .filter((one) => one.rank < 2)
    .sort((one, other) => one.rank - other.rank || one.member.name.localeCompare(other.member.name))
    .slice(0, MOST_SUGGESTIONS)
    .map(({ member }) => member);
}

/** The text with the whole name in place of what was typed of it, and where the caret stands then. */
export function completed(text: string, { at, typed }: UnfinishedMention, name: string): { text: string; caret: number } {
  const before = `${text.slice(0, at)}@${name} `;
  return { text: before + text.slice(at + 1 + typed.length).replace(/^ /u, ''), caret: before.length };
}

/** An "@" in the middle of a word belongs to an address of electronic mail. */
function beginsWord(text: string, at: number): boolean {
  return at === 0 || !WORD.test(text.charAt(at - 1));
}

function standsAt(text: string, from: number, name: string): boolean {
  const to = from + name.length;
  return isSame(text.slice(from, to), name) && !WORD.test(text.charAt(to));
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
