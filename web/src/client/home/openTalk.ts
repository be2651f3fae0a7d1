import type { Chat, ChatMessage, Pages } from '@tureen/client';
import { Store } from '../store';
import type { Look, Talk } from './home';
import type { Entry, MessageView } from './homeState';
import { Kept, KeptList } from './kept';
import { mentionsIn } from './mentions';
import { isHere, type News } from './news';
import type { MessagePlace, OpenTalkParts } from './openTalkParts';
import { UploadTray } from './uploadTray';

/** What is being answered or edited, by the message's id. */
export interface Quote {
  readonly replyTo: string | null;
  readonly editing: string | null;
}

/** The message that somebody looked for. Another turn: it was looked for once more. */
export interface Focus {
  readonly id: string;
  readonly turn: number;
}

/** Messages at a time: a page that holds thousands is slow at everything. */
const MOST_SHOWN = 300;
/** So many more may have come live before some are let go. */
const LIVE_MARGIN = 40;
/** Of a message; the server refuses more. */
const MOST_MENTIONS = 100;
const NOTHING: Quote = { replyTo: null, editing: null };

let turn = 0;

/** A conversation, or a thread of it, while it is read and written in. */
export class OpenTalk implements Talk {
  readonly chat: Chat;
  readonly pages: Pages;
  readonly tray: UploadTray;
  readonly quote = new Store<Quote>(NOTHING);
  readonly focus = new Store<Focus | null>(null);
  readonly loading = new Store(0);
  /** Null in a thread. */
  readonly news: News | null;
  /** As they were drawn last. */
  readonly drawn = {
    entries: new KeptList<Entry>((entry) => (entry.kind === 'message' ? entry.message.id : entry.happening.id)),
    root: new Kept<MessageView | null>(),
  };
  readonly #parts: OpenTalkParts;
  readonly #stops: (() => void)[];
  #look: Look = { last: null, isAtEnd: false, isLow: true };

  /** ``at``: where to begin; null: with the first unread message, or the newest. */
  constructor(parts: OpenTalkParts, at: MessagePlace | null, news: News | null = null) {
    const { connection, chat, pages, tell } = parts;
    this.#parts = parts;
    this.chat = chat;
    this.pages = pages;
    this.tray = new UploadTray(connection, chat.id, parts.facts, parts.report);
    this.news = news;
    pages.keep(Infinity);
    const stores = [pages.timeline, this.tray.store, this.quote, this.focus, this.loading, ...(news === null ? [] : [news.mark])];
    this.#stops = stores.map((store) => store.subscribe(tell));
    if (at !== null) this.show(at);
    else if (news?.isFew === true) this.showNews();
    else this.loadNewest();
  }

  /** Goes to a message: with what is around it, unless it is here already. */
  show({ id, seq }: MessagePlace): void {
    turn += 1;
    const { messages } = this.pages.timeline.get();
    this.focus.set({ id, turn });
    if (!messages.some((message) => message.id === id)) this.#load(() => this.pages.openAt(seq));
  }

  loadNewest(): void {
    this.focus.set(null);
    this.#load(() => this.pages.loadNewest());
  }

  showNews(): void {
    if (this.news === null) return;
    this.focus.set(null);
    const after = this.news.lead();
    if (!isHere(this.pages.timeline.get(), after)) this.#load(() => this.pages.openAt(after + 1));
  }

  passNews(): void {
    this.chat.markRead();
  }

  handleLook(look: Look): void {
    this.#look = look;
    if (this.pages.timeline.get().messages.length > MOST_SHOWN + LIVE_MARGIN) {
      this.pages.shorten(MOST_SHOWN, look.isLow ? 'newest' : 'oldest');
    }
    if (this.hasReadOn) this.#parts.tell();
  }

  /** Whether more was seen than is marked as read. */
  get hasReadOn(): boolean {
    return this.news !== null && this.seenUpTo > this.news.read;
  }

  /** Up to where it has been on this screen; 0: nothing that counts. */
  get seenUpTo(): number {
    return this.news?.seenIn(this.pages.timeline.get(), this.#look) ?? 0;
  }

  loadEarlier(): void {
    if (this.loading.get() > 0) return;
    this.#load(() => this.pages.loadOlder(MOST_SHOWN));
  }

  loadLater(): void {
    if (this.loading.get() > 0) return;
    this.#load(() => this.pages.loadNewer(MOST_SHOWN));
  }

  /** What was written here and not sent. */
  get draft(): string {
    return this.#parts.drafts.get(this.#draftKey());
  }

  keepDraft(text: string): void {
    this.#parts.drafts.keep(this.#draftKey(), text);
  }

  /** Writes, or saves what was edited. What becomes of a new message shows among the messages. */
  send(text: string): void {
    const { editing, replyTo } = this.quote.get();
    this.quote.set(NOTHING);
    const mentions = this.#mentionsIn(text);
    if (editing !== null) {
      const message = this.#find(editing);
      if (message !== undefined && text !== '') this.#try(this.chat.edit(message, text, mentions));
      return;
    }
    this.keepDraft('');
    const { thread, hasNewer } = this.pages.timeline.get();
    const place = thread === null ? {} : { thread };
    const reply = replyTo === null ? {} : { reply_to: replyTo };
    const attachments = this.tray.take((later) => this.chat.outgoing.send({ attachments: later, ...place, ...(text === '' && reply) }));
    if (text === '' && attachments.length === 0) return;
    // Whoever writes wants to see it, and it comes at the end.
    if (hasNewer) this.loadNewest();
    this.chat.outgoing.send({
      text,
      ...(mentions.length > 0 && { mentions }),
      ...(attachments.length > 0 && { attachments }),
      ...reply,
      ...place,
    });
  }

  resend(id: string): void {
    this.chat.outgoing.retry(id);
  }

  discard(id: string): void {
    this.chat.outgoing.discard(id);
  }

  startReply(id: string): void {
    this.quote.set({ replyTo: id, editing: null });
  }

  startEdit(id: string): void {
    this.quote.set({ replyTo: null, editing: id });
  }

  startEditOfLast(): void {
    const { me } = this.#parts;
    const own = this.pages.timeline.get().messages.filter(({ sender, deleted_at: deleted }) => sender === me && deleted === null);
    const last = own.at(-1);
    if (last !== undefined) this.startEdit(last.id);
  }

  stopReplyOrEdit(): void {
    this.quote.set(NOTHING);
  }

  remove(id: string): void {
    this.#try(this.chat.delete(id));
  }

  react(id: string, label: string): void {
    const reaction = this.#find(id)?.reactions.find((one) => one.label === label);
    this.#try(this.chat.react(id, label, !(reaction?.users.includes(this.#parts.me) ?? false)));
  }

  reportMessage(id: string, reason: string): void {
    const reported = this.chat.report(id, reason);
    this.#try(reported.then(() => this.#parts.inform('Reported. Those who look after this place have the message now.')));
  }

  renewFiles(id: string): Promise<void> {
    return this.pages.renewFiles(id);
  }

  typing(): void {
    this.chat.typing.note();
  }

  addFiles(files: readonly File[]): void {
    this.tray.add(files);
  }

  removeUpload(id: string): void {
    this.tray.remove(id);
  }

  end(): void {
    for (const stop of this.#stops) stop();
    this.tray.end();
    this.pages.keep(MOST_SHOWN);
  }

  #draftKey(): string {
    const { thread } = this.pages.timeline.get();
    return thread === null ? this.chat.id : `${this.chat.id} ${thread}`;
  }

  /** Of two people nobody need be named. */
  #mentionsIn(text: string): string[] {
    const { kind, members = [] } = this.chat.record.get();
    if (kind === 'direct') return [];
    const named = members.map(({ user }) => ({ id: user, name: this.#parts.nameOf(user) }));
    return mentionsIn(text, named.filter(({ id }) => id !== this.#parts.me)).slice(0, MOST_MENTIONS);
  }

  #find(id: string): ChatMessage | undefined {
    const { messages, root } = this.pages.timeline.get();
    return root?.id === id ? root : messages.find((message) => message.id === id);
  }

  #try(work: Promise<unknown>): void {
    work.catch(this.#parts.report);
  }

  #load(load: () => Promise<void>): void {
    this.loading.update((loading) => loading + 1);
    // Without a connection: scrolling, or the next opening, asks again.
    void load()
      .catch(() => undefined)
      .then(() => this.loading.update((loading) => loading - 1));
  }
}
