import type { Chat, Connection } from '@tureen/client';
import { Store } from '../store';
import { UploadTray } from './uploadTray';

/** What is being answered or edited, by the message's id. */
export interface Quote {
  readonly replyTo: string | null;
  readonly editing: string | null;
}

const NOTHING: Quote = { replyTo: null, editing: null };

/** The conversation that is open: what is read, written and uploaded in it. */
export class OpenChat {
  readonly chat: Chat;
  readonly tray: UploadTray;
  readonly quote = new Store<Quote>(NOTHING);
  readonly loading = new Store(true);
  readonly #me: string;
  readonly #stops: (() => void)[];

  /** ``tell``: called when anything of it has changed. */
  constructor(connection: Connection, chat: Chat, me: string, tell: () => void) {
    this.chat = chat;
    this.#me = me;
    this.tray = new UploadTray(connection, chat.id);
    const stores = [chat.record, chat.timeline, chat.outgoing.store, chat.typing.users, this.tray.store, this.quote, this.loading];
    this.#stops = stores.map((store) => store.subscribe(tell));
    void this.#load(() => chat.pages.loadNewest());
  }

  loadEarlier(): void {
    if (!this.loading.get()) void this.#load(() => this.chat.pages.loadOlder());
  }

  /** Marks what is on the screen as read, if somebody looks at it. */
  markRead(): void {
    const { head_seq: head, members = [] } = this.chat.record.get();
    const read = members.find(({ user }) => user === this.#me)?.read_seq ?? 0;
    if (head > read && document.visibilityState === 'visible' && document.hasFocus()) this.chat.markRead();
  }

  /** Writes, or saves what was edited. What becomes of a new message shows among the messages. */
  async send(text: string): Promise<void> {
    const { editing, replyTo } = this.quote.get();
    this.quote.set(NOTHING);
    if (editing !== null) {
      const message = this.chat.timeline.get().messages.find(({ id }) => id === editing);
      if (message !== undefined && text !== '') await this.chat.edit(message, text);
      return;
    }
    const attachments = this.tray.take();
    if (text === '' && attachments.length === 0) return;
    this.chat.outgoing.send({
      text,
      ...(attachments.length > 0 && { attachments }),
      ...(replyTo !== null && { reply_to: replyTo }),
    });
  }

  async react(id: string, label: string): Promise<void> {
    const message = this.chat.timeline.get().messages.find((one) => one.id === id);
    const mine = message?.reactions.find((one) => one.label === label)?.users.includes(this.#me) ?? false;
    await this.chat.react(id, label, !mine);
  }

  /** This conversation, if it is a group and all of these people are in it: their call leaves its trace here. */
  groupOf(users: readonly string[]): string | null {
    const { kind, members = [] } = this.chat.record.get();
    return kind === 'group' && users.every((id) => members.some(({ user }) => user === id)) ? this.chat.id : null;
  }

  end(): void {
    for (const stop of this.#stops) stop();
    this.tray.end();
  }

  async #load(load: () => Promise<void>): Promise<void> {
    this.loading.set(true);
    try {
      await load();
    } catch {
      // The connection is gone: scrolling, or the next opening, asks again.
    } finally {
      this.loading.set(false);
    }
  }
}
