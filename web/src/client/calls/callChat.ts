import type { Chat, Chats, Connection, wire } from '@tureen/client';
import { UploadTray } from '../home/uploadTray';
import type { ChatAudience, ChatMessage } from '../meeting/meetingState';
import { spokenIn } from '../meeting/spoken';
import type { ServerFacts } from '../serverFacts';
import { type ReadableStore, Store } from '../store';

export interface CallChatParts {
  readonly call: ReadableStore<wire.Call>;
  readonly connection: Connection;
  readonly chats: Pick<Chats, 'get' | 'direct'>;
  readonly facts: ServerFacts;
  readonly me: string;
  readonly nameOf: (user: string) => string;
  readonly report: (error: unknown) => void;
}

/** What is written in a call, and who reads it; null: this call has no chat. */
export interface CallTalk {
  readonly audience: ChatAudience | null;
  readonly messages: readonly ChatMessage[];
  /** Those that were not there before came just now. */
  readonly areNews: boolean;
  /** All of it was read, here or in the conversation itself. */
  readonly isRead: boolean;
}

interface Place {
  readonly kind: 'kept' | 'direct';
  readonly id: string;
}

const SILENT: CallTalk = { audience: null, messages: [], areNews: false, isRead: true };
const INSIDE: readonly string[] = ['joined', 'reconnecting'];
const WAITED_FOR: readonly string[] = [...INSIDE, 'called', 'ringing'];

/**
 * The conversation that a call's words go into: the one that the call belongs to, else the one of the two who are in it.
 * More than two people without a conversation have no chat: none of theirs would reach everybody.
 */
export class CallChat {
  readonly store = new Store<CallTalk>(SILENT);
  /** What goes with the next message; null: there is no chat. */
  readonly files = new Store<UploadTray | null>(null);
  readonly #parts: CallChatParts;
  readonly #stop: () => void;
  #place: Place | null = null;
  #chat: Chat | null = null;
  #stops: (() => void)[] = [];
  #over = false;

  constructor(parts: CallChatParts) {
    this.#parts = parts;
    this.#stop = parts.call.subscribe(() => this.#follow());
    this.#follow();
  }

  /** False: there is no chat that could take it. */
  send(text: string, replyTo: string | null = null): boolean {
    const [chat, files] = [this.#chat, this.files.get()];
    if (chat === null || files === null) return false;
    const isEmpty = text === '' && files.store.get().length === 0;
    const attachments = files.take((later) => chat.outgoing.send({ attachments: later }));
    if (text !== '' || attachments.length > 0) {
      chat.outgoing.send({ text, ...(attachments.length > 0 && { attachments }), ...(replyTo !== null && { reply_to: replyTo }) });
    }
    return !isEmpty;
  }

  resend(id: string): void {
    this.#chat?.outgoing.retry(id);
  }

  /** What the server does with a message that it keeps. */
  async change(work: (chat: Chat) => Promise<void>): Promise<void> {
    if (this.#chat !== null) await work(this.#chat);
  }

  /** Somebody looks at it. */
  markRead(): void {
    if (this.#chat !== null && !this.#isRead(this.#chat)) this.#chat.markRead();
  }

  end(): void {
    this.#over = true;
    this.#stop();
    this.#close();
  }

  #follow(): void {
    const place = placeOf(this.#parts.call.get(), this.#parts.me);
    if (place?.kind === this.#place?.kind && place?.id === this.#place?.id) return;
    this.#place = place;
    this.#close();
    if (place !== null) void this.#open(place);
  }

  async #open(place: Place): Promise<void> {
    const { chats } = this.#parts;
    try {
      const chat = await (place.kind === 'direct' ? chats.direct(place.id) : chats.get(place.id));
      if (!this.#over && this.#place === place) this.#take(chat, place);
    } catch {
      // Not a member, or no connection just now: the call's next change asks again.
      if (this.#place === place) this.#place = null;
    }
  }

  #take(chat: Chat, place: Place): void {
    const { me, nameOf } = this.#parts;
    let areNews = false;
    const show = (): void => {
      this.store.set({ audience: this.#audience(chat, place), messages: spokenIn(chat, me, nameOf), areNews, isRead: this.#isRead(chat) });
    };
    this.#chat = chat;
    this.files.set(new UploadTray(this.#parts.connection, chat.id, this.#parts.facts, this.#parts.report));
    this.#stops = [chat.record, chat.timeline, chat.outgoing.store].map((store) => store.subscribe(show));
    const begin = (): void => {
      if (this.#chat !== chat) return;
      show();
      areNews = true;
    };
    show();
    // Without what was said before, one can write all the same.
    void chat.pages.loadNewest().then(begin, begin);
  }

  #audience(chat: Chat, place: Place): ChatAudience {
    const { kind, title = '', members = [] } = chat.record.get();
    const other = place.kind === 'direct' ? place.id : members.find(({ user }) => user !== this.#parts.me)?.user;
    if (kind === 'direct' && other !== undefined) return { kind: 'direct', name: this.#parts.nameOf(other) };
    return { kind: 'group', title };
  }

  #isRead(chat: Chat): boolean {
    const { head_seq: head, members = [] } = chat.record.get();
    return head <= (members.find(({ user }) => user === this.#parts.me)?.read_seq ?? 0);
  }

  #close(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#chat = null;
    this.files.get()?.end();
    if (this.files.get() !== null) this.files.set(null);
    if (this.store.get() !== SILENT) this.store.set(SILENT);
  }
}

function placeOf({ conversation = null, parties }: wire.Call, me: string): Place | null {
  if (conversation !== null) return { kind: 'kept', id: conversation };
  const othersIn = (states: readonly string[]): string[] =>
    parties.filter(({ user, state }) => user !== me && states.includes(state)).map(({ user }) => user);
  const inside = othersIn(INSIDE);
  // Before anybody has answered it is for whoever is rung.
  const [other, ...more] = inside.length > 0 ? inside : othersIn(WAITED_FOR);
  return other === undefined || more.length > 0 ? null : { kind: 'direct', id: other };
}
