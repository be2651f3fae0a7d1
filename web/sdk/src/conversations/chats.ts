import type { Connection } from '../connection/connection';
import type { Conversation, ConversationEvent, Position } from '../protocol';
import { type ReadableStore, Store } from '../stores/store';
import { Chat } from './chat';
import { type ChatMessage, chatMessage } from './chatMessage';

const PAGE = 50;
/** Most events that are held of conversations whose record is still on its way. */
const MAX_EARLY = 200;

/** Of a search. */
export interface Found {
  readonly messages: readonly ChatMessage[];
  readonly more: boolean;
}

/** The conversations of a person: those that were listed or opened are kept up, newest first. */
export class Chats {
  readonly #connection: Connection;
  readonly #chats = new Map<string, Chat>();
  readonly #list = new Store<readonly Chat[]>([]);
  readonly #opening = new Map<string, Promise<Chat>>();
  #early: ConversationEvent[] = [];
  readonly #stops: (() => void)[];
  #isListed = false;
  #hasMore = true;
  #reach: number | null = null;
  #loadingMore: Promise<void> | null = null;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#stops = [
      connection.statePositions(() => this.#positions()),
      connection.onWelcome(() => this.#handleWelcome()),
      connection.on('conversation.event', (event) => this.#handleEvent(event)),
      connection.on('conversation.changed', ({ conversation }) => void this.#take(conversation)),
      connection.on('conversation.gone', ({ conversation }) => this.#forget(conversation)),
      connection.on('gap', ({ conversation }) => this.#chats.get(conversation)?.handleGap()),
      connection.on('marked', (marked) => this.#chats.get(marked.conversation)?.handleMarked(marked)),
      connection.on('typing', ({ conversation, user }) => this.#chats.get(conversation)?.typing.handleTyping(user)),
      connection.on('signal', ({ conversation, sender, name, data }) =>
        this.#chats.get(conversation)?.handleSignal({ sender, name, data }),
      ),
      connection.on('state', (state) => this.#chats.get(state.conversation)?.states.handleChanged(state)),
    ];
  }

  /** Those that are known, those with the newest messages first. */
  get list(): ReadableStore<readonly Chat[]> {
    return this.#list;
  }

  /** Whether the server has older ones than those that were listed. */
  get hasMore(): boolean {
    return this.#hasMore;
  }

  /** Lists the newest ones, and keeps the list up from then on. */
  async load(): Promise<void> {
    await this.#loadPage(null);
    this.#isListed = true;
    await this.#restoreOutgoing();
  }

  /** The next page of older ones. */
  async loadMore(): Promise<void> {
    if (!this.#hasMore) return;
    this.#loadingMore ??= this.#loadPage(this.#reach).finally(() => (this.#loadingMore = null));
    await this.#loadingMore;
  }

  /** One of them, from here or from the server. */
  get(id: string): Promise<Chat> {
    const known = this.#chats.get(id);
    if (known !== undefined) return Promise.resolve(known);
    const opening = this.#opening.get(id) ?? this.#open(this.#connection.send({ type: 'conversation.get', conversation: id }));
    this.#opening.set(id, opening);
    const done = () => this.#opening.delete(id);
    opening.then(done, done);
    return opening;
  }

  /** The one with somebody. */
  direct(user: string): Promise<Chat> {
    return this.#open(this.#connection.send({ type: 'conversation.direct', user }));
  }

  /** The chat of a room that one's token allows to join. */
  room(room: string): Promise<Chat> {
    return this.#open(this.#connection.send({ type: 'conversation.room', room }));
  }

  create(title: string, users: readonly string[]): Promise<Chat> {
    return this.#open(this.#connection.send({ type: 'conversation.create', title, users: [...users] }));
  }

  /**
   * Messages with these words, the last of which may be the beginning of one; newest first. In all conversations, or in
   * one; `before`: only those sent earlier, for the next page.
   */
  async search(query: string, where: { conversation?: string; before?: number; limit?: number } = {}): Promise<Found> {
    const { messages, more = false } = await this.#connection.send({ ...where, type: 'message.search', query });
    return { messages: messages.map(chatMessage), more };
  }

  /** Tells at once what was received and read; it is gathered for a moment otherwise. For a page that goes. */
  flushMarks(): void {
    for (const chat of this.#chats.values()) chat.flushMarks();
  }

  /** Stops listening; the connection goes on. */
  end(): void {
    for (const stop of this.#stops) stop();
    for (const chat of this.#chats.values()) chat.end();
  }

  readonly #me = (): string => this.#connection.welcome.get()?.me.id ?? '';

  #positions(): readonly Position[] {
    return this.#list.get().map((chat) => chat.position);
  }

  async #loadPage(before: number | null): Promise<void> {
    const where = before === null ? {} : { before };
    const { conversations } = await this.#connection.send({ type: 'conversation.list', limit: PAGE, ...where });
    if (before !== null || !this.#isListed) {
      this.#hasMore = conversations.length >= PAGE; // those that tie with the last one come along
      // Not the end of the list: one that was looked up may be older than those between.
      this.#reach = conversations.at(-1)?.active_at ?? before;
    }
    for (const conversation of conversations) this.#take(conversation);
  }

  async #open(reply: Promise<{ readonly conversation: Conversation }>): Promise<Chat> {
    return this.#take((await reply).conversation);
  }

  #take(record: Conversation): Chat {
    const known = this.#chats.get(record.id);
    if (known !== undefined) {
      known.handleRecord(record);
      return known;
    }
    const chat = new Chat(this.#connection, record, this.#me);
    this.#chats.set(record.id, chat);
    chat.record.subscribe(() => this.#sort());
    this.#sort();
    const early = this.#early.filter(({ conversation }) => conversation === record.id);
    this.#early = this.#early.filter(({ conversation }) => conversation !== record.id);
    for (const event of early) chat.handleEvent(event);
    return chat;
  }

  #sort(): void {
    const order = [...this.#chats.values()].sort((a, b) => b.record.get().active_at - a.record.get().active_at);
    const shown = this.#list.get();
    if (order.length !== shown.length || order.some((chat, index) => chat !== shown[index])) this.#list.set(order);
  }

  #forget(id: string): void {
    this.#chats.get(id)?.end();
    if (this.#chats.delete(id)) this.#sort();
  }

  #handleEvent(event: ConversationEvent): void {
    const chat = this.#chats.get(event.conversation);
    if (chat !== undefined) {
      chat.handleEvent(event);
      return;
    }
    this.#early = [...this.#early, event].slice(-MAX_EARLY);
    if (this.#isListed) this.get(event.conversation).catch(() => undefined); // one that came up again
  }

  #handleWelcome(): void {
    for (const chat of this.#chats.values()) chat.handleWelcome();
    // Those that came up during a drop were not told, nor the others' marks.
    if (this.#isListed) this.#loadPage(null).catch(() => undefined);
  }

  async #restoreOutgoing(): Promise<void> {
    for (const { command, reply } of await this.#connection.restored) {
      if (command.type !== 'message.send') continue;
      const chat = await this.get(command.conversation).catch(() => null);
      chat?.outgoing.handleRestored(command, reply);
    }
  }
}
