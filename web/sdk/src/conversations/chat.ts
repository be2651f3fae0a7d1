import type { Connection } from '../connection/connection';
import type { Conversation, ConversationEvent, Marked, Position } from '../protocol';
import { Listeners } from '../stores/listeners';
import { type ReadableStore, Store } from '../stores/store';
import type { ChatMessage } from './chatMessage';
import { Feed } from './feed';
import { Marks } from './marks';
import { Outgoing } from './outgoing';
import { Pages } from './pages';
import { foldMarks, foldRecord, isNewer, memberOf } from './record';
import { recounted } from './unread';
import { SharedStates } from './sharedStates';
import type { Timeline } from './timeline';
import { Typing } from './typing';

/** Something that a member sent to those who are there. */
export interface Signal {
  readonly sender: string;
  readonly name: string;
  readonly data: unknown;
}

/** One conversation as one of its members sees it: kept up by events, read page by page. */
export class Chat {
  readonly id: string;
  readonly outgoing: Outgoing;
  readonly typing: Typing;
  readonly states: SharedStates;
  readonly pages: Pages;
  readonly #connection: Connection;
  readonly #me: () => string;
  readonly #record: Store<Conversation>;
  readonly #feed: Feed;
  readonly #delivered: Marks;
  readonly #read: Marks;
  readonly #threads = new Map<string, Pages>();
  readonly #signals = new Listeners<Signal>();

  constructor(connection: Connection, record: Conversation, me: () => string) {
    const { id, epoch, head_seq: seq } = record;
    this.id = id;
    this.#connection = connection;
    this.#me = me;
    this.#record = new Store(record);
    this.outgoing = new Outgoing(connection, id, (sent) => sent <= this.#feed.position.seq);
    this.typing = new Typing(connection, id);
    this.states = new SharedStates(connection, id);
    this.pages = new Pages(connection, id, null);
    this.#follow(this.pages);
    const own = memberOf(record, me());
    this.#delivered = new Marks(connection, id, 'mark.delivered', own?.delivered_seq ?? 0);
    this.#read = new Marks(connection, id, 'mark.read', own?.read_seq ?? 0);
    const target = { apply: (event: ConversationEvent) => this.#apply(event), reload: () => this.#reload() };
    this.#feed = new Feed(connection, { conversation: id, epoch, seq }, target);
    this.#confirm();
  }

  /** Who takes part, what is unread, the newest message. */
  get record(): ReadableStore<Conversation> {
    return this.#record;
  }

  get timeline(): ReadableStore<Timeline> {
    return this.pages.timeline;
  }

  /** Up to where it is known without gaps. */
  get position(): Position {
    return this.#feed.position;
  }

  /** What was posted under a message. */
  thread(message: string): Pages {
    const known = this.#threads.get(message);
    if (known !== undefined) return known;
    const pages = new Pages(this.#connection, this.id, message);
    this.#follow(pages);
    this.#threads.set(message, pages);
    return pages;
  }

  /**
   * Another text, for everyone. Rejects with `conflict` if the message has changed meanwhile.
   * `mentions`: who is named in it; those of before unless told otherwise.
   */
  async edit(of: ChatMessage, text: string, mentions: readonly string[] = of.mentions): Promise<void> {
    const { id: message, version, custom } = of;
    const kept = custom === null ? {} : { custom };
    await this.#connection.send({ type: 'message.edit', conversation: this.id, message, version, text, mentions: [...mentions], ...kept });
  }

  async delete(message: string): Promise<void> {
    await this.#connection.send({ type: 'message.delete', conversation: this.id, message });
  }

  async react(message: string, label: string, on = true): Promise<void> {
    await this.#connection.send({ type: 'message.react', conversation: this.id, message, label, on });
  }

  /** Tells the moderators. */
  async report(message: string, reason: string): Promise<void> {
    await this.#connection.send({ type: 'message.report', conversation: this.id, message, reason });
  }

  /** The person has read all up to there; the newest event unless told otherwise. Other devices hear of it. */
  markRead(seq: number = this.#record.get().head_seq): void {
    this.#read.set(seq);
    this.#fold({ type: 'marked', conversation: this.id, user: this.#me(), delivered_seq: seq, read_seq: seq });
  }

  /** Sends something to those who are there now, and to nobody later. Rejects with `offline` rather than wait. */
  async signal(name: string, data: unknown): Promise<void> {
    await this.#connection.send({ type: 'signal.send', conversation: this.id, name, data }, { patienceMs: 0 });
  }

  onSignal(listener: (signal: Signal) => void): () => void {
    return this.#signals.add(listener);
  }

  handleEvent(event: ConversationEvent): void {
    this.#feed.handleEvent(event);
  }

  /** The record as the server has it now. */
  handleRecord(record: Conversation): void {
    this.#feed.handleHead(record.epoch, record.head_seq);
    if (!isNewer(record, this.#record.get())) return;
    this.#record.set(record);
    const own = memberOf(record, this.#me());
    this.#delivered.handleTold(own?.delivered_seq ?? 0);
    this.#read.handleTold(own?.read_seq ?? 0);
    this.#confirm();
  }

  handleGap(): void {
    this.#feed.handleVoid();
  }

  handleMarked(marked: Marked): void {
    if (marked.user === this.#me()) {
      this.#delivered.handleTold(marked.delivered_seq);
      this.#read.handleTold(marked.read_seq);
    }
    this.#fold(marked);
  }

  handleSignal(signal: Signal): void {
    this.#signals.tell(signal);
  }

  handleWelcome(): void {
    this.states.handleWelcome();
    this.#delivered.handleWelcome();
    this.#read.handleWelcome();
  }

  flushMarks(): void {
    this.#delivered.flush();
    this.#read.flush();
  }

  end(): void {
    this.#feed.end();
    this.typing.end();
    this.#delivered.end();
    this.#read.end();
  }

  #follow({ timeline }: Pages): void {
    timeline.subscribe(() => this.outgoing.handleShown(timeline.get().messages));
  }

  #apply(happened: ConversationEvent): void {
    const { event, sender } = happened;
    this.#record.update((record) => foldRecord(record, happened, this.#me()));
    this.pages.apply(happened);
    for (const pages of this.#threads.values()) pages.apply(happened);
    if (event.kind !== 'posted') return;
    this.outgoing.handlePosted(happened, event.message.id);
    this.typing.handleStopped(sender);
    this.#confirm();
  }

  /** Tells that this device has what others wrote. */
  #confirm(): void {
    const { last_message: last } = this.#record.get();
    if (last !== undefined && last !== null && last.sender !== this.#me()) this.#delivered.set(last.seq);
  }

  #fold(marked: Marked): void {
    const before = this.#record.get();
    const record = foldMarks(before, marked);
    const readBefore = memberOf(before, marked.user)?.read_seq ?? 0;
    const hasRead = memberOf(record, marked.user)?.read_seq !== readBefore;
    this.#record.set(marked.user === this.#me() && hasRead ? this.#recount(record, readBefore) : record);
  }

  /** What is unread after one's own mark moved: counted where the messages are here, asked for otherwise. */
  #recount(record: Conversation, readBefore: number): Conversation {
    const counted = recounted(record, this.timeline.get(), this.#me(), readBefore);
    if (counted === null) void this.#refresh().catch(() => undefined); // the next change tells
    return counted ?? record;
  }

  async #refresh(): Promise<Conversation> {
    const { conversation } = await this.#connection.send({ type: 'conversation.get', conversation: this.id });
    if (isNewer(conversation, this.#record.get())) this.#record.set(conversation);
    return conversation;
  }

  async #reload(): Promise<{ epoch: string; seq: number }> {
    const { epoch, head_seq: seq } = await this.#refresh();
    await Promise.all([this.pages, ...this.#threads.values()].map((pages) => pages.reload()));
    return { epoch, seq };
  }
}
