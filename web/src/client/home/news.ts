import { type Chat, Store, type Timeline } from '@tureen/client';
import type { Look } from './home';
import type { NewsView } from './homeState';

/** Where the messages begin that were new when somebody came. */
export interface NewsMark {
  /** All up to this position had been read. */
  readonly after: number;
  /** Grows each time that the reader is to be led there; 0: never. */
  readonly turn: number;
}

/** More than so many new ones are not read from the first on, unless the reader wants to. */
const MOST_TO_BEGIN_WITH = 150;

let turn = 0;

/** What is new in an open conversation. The mark stays while one reads, and moves when something new comes unseen. */
export class News {
  readonly mark = new Store<NewsMark | null>(null);
  readonly #chat: Chat;
  readonly #me: string;
  #wasAllRead = true;

  constructor(chat: Chat, me: string) {
    this.#chat = chat;
    this.#me = me;
    this.note();
  }

  /** The reader's own mark on the server: all up to there was read. */
  get read(): number {
    return this.#own?.read_seq ?? 0;
  }

  /** Whether the reader should begin with the first new one. */
  get isFew(): boolean {
    return this.mark.get() !== null && this.#unread <= MOST_TO_BEGIN_WITH;
  }

  /** Looks whether something new has come that was not read at once. */
  note(): void {
    const isAllRead = this.#unread === 0 || this.#own === undefined;
    if (!isAllRead && this.#wasAllRead) this.mark.set({ after: this.read, turn: 0 });
    this.#wasAllRead = isAllRead;
  }

  /** The reader is to be led to what is unread. The position that it begins after. */
  lead(): number {
    turn += 1;
    const { read: after } = this;
    this.mark.set({ after, turn });
    return after;
  }

  /** Whether something unread stands above the timeline, so that what is seen in it does not follow on what was read. */
  isMissed(timeline: Timeline): boolean {
    return this.#own !== undefined && this.#unread > 0 && timeline.messages.length > 0 && !beginsBy(timeline, this.read);
  }

  /** Up to where all was read if somebody looks at the timeline so; 0: it cannot be said. */
  seenIn(timeline: Timeline, { last, isAtEnd }: Look): number {
    if (this.isMissed(timeline)) return 0;
    if (isAtEnd && !timeline.hasNewer) return this.#chat.record.get().head_seq;
    return timeline.messages.findLast(({ id }) => id === last)?.seq ?? 0;
  }

  view(timeline: Timeline): NewsView {
    const mark = this.mark.get();
    const above = this.isMissed(timeline) ? this.#unread : 0;
    if (mark === null || !beginsBy(timeline, mark.after)) return { first: null, above, turn: 0 };
    const first = timeline.messages.find((one) => one.seq > mark.after && one.sender !== this.#me && one.deleted_at === null);
    return { first: first?.id ?? null, above, turn: mark.turn };
  }

  get #own(): { readonly read_seq?: number } | undefined {
    return this.#chat.record.get().members?.find(({ user }) => user === this.#me);
  }

  get #unread(): number {
    return this.#chat.record.get().unread ?? 0;
  }
}

/** Whether the messages around a position are in the timeline. */
export function isHere(timeline: Timeline, seq: number): boolean {
  const { messages, hasNewer } = timeline;
  return messages.length > 0 && beginsBy(timeline, seq) && (!hasNewer || (messages.at(-1)?.seq ?? 0) > seq);
}

/** Whether no message is missing between a position and where the timeline begins. */
function beginsBy({ messages, hasOlder }: Timeline, seq: number): boolean {
  return !hasOlder || (messages[0]?.seq ?? Infinity) <= seq + 1;
}
