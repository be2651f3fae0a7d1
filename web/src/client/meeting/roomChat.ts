import { type Chat, Chats, Connection, Directory } from '@tureen/client';
import { UploadTray } from '../home/uploadTray';
import type { ServerFacts } from '../serverFacts';
import { Store } from '../store';
import type { ChatMessage } from './meetingState';
import { spokenIn } from './spoken';

let early = 0;

/** The conversation of a room: kept by the server, so that whoever comes later reads it too. */
export class RoomChat {
  /** The latest page of messages, and one's own that are on their way. */
  readonly store = new Store<readonly ChatMessage[]>([]);
  /** What goes with the next message; null while the conversation is not open. */
  readonly files = new Store<UploadTray | null>(null);
  readonly #connection: Connection;
  readonly #chats: Chats;
  readonly #directory: Directory;
  readonly #me: string;
  readonly #facts: ServerFacts;
  /** What was written while the conversation was not open. */
  #early: readonly ChatMessage[] = [];
  readonly #stops: (() => void)[] = [];
  #room = '';
  #chat: Chat | null = null;
  #planned = false;

  constructor(url: string, { token, me }: { token: string; me: string }, facts: ServerFacts) {
    this.#me = me;
    this.#facts = facts;
    // A device of its own: the person may be connected from home in another tab.
    this.#connection = new Connection({ url, client: 'tureen-web', storage: null, getToken: () => Promise.resolve(token) });
    this.#chats = new Chats(this.#connection);
    this.#directory = new Directory(this.#connection);
  }

  async open(room: string): Promise<void> {
    this.#room = room;
    this.#connection.connect();
    try {
      await this.#enter(await this.#chats.room(room));
    } catch (error) {
      this.#early = this.#early.map((message) => ({ ...message, delivery: 'failed' }));
      this.#plan();
      throw error;
    }
  }

  send(text: string, replyTo: string | null = null): void {
    const chat = this.#chat;
    if (chat !== null) {
      const attachments = this.files.get()?.take((later) => chat.outgoing.send({ attachments: later })) ?? [];
      if (text === '' && attachments.length === 0) return;
      chat.outgoing.send({ text, ...(attachments.length > 0 && { attachments }), ...(replyTo !== null && { reply_to: replyTo }) });
      return;
    }
    early += 1;
    const [id, me] = [`early ${early}`, this.#me];
    this.#early = [...this.#early, { id, identity: me, name: me, isLocal: true, text, atMs: Date.now(), delivery: 'sending' }];
    this.#plan();
  }

  resend(id: string): void {
    if (this.#early.every((message) => message.id !== id)) {
      this.#chat?.outgoing.retry(id);
      return;
    }
    this.#early = this.#early.map((message) => ({ ...message, delivery: 'sending' }));
    this.#plan();
    this.open(this.#room).catch(() => undefined); // the messages say so
  }

  /** What the server does with a message that it keeps. */
  async change(work: (chat: Chat) => Promise<void>): Promise<void> {
    if (this.#chat !== null) await work(this.#chat);
  }

  end(): void {
    for (const stop of this.#stops) stop();
    this.files.get()?.end();
    this.#chats.end();
    this.#directory.end();
    this.#connection.close();
  }

  async #enter(chat: Chat): Promise<void> {
    this.#chat = chat;
    this.files.set(new UploadTray(this.#connection, chat.id, this.#facts));
    const stores = [chat.timeline, chat.outgoing.store, this.#directory.store];
    this.#stops.push(...stores.map((store) => store.subscribe(() => this.#plan())));
    for (const { text } of this.#early) this.send(text);
    this.#early = [];
    // Without what was said before, one can write all the same.
    await chat.pages.loadNewest().catch(() => undefined);
    this.#plan();
  }

  /** Changes come in groups; one reading is enough for each. */
  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    queueMicrotask(() => {
      this.#planned = false;
      const spoken = this.#chat === null ? [] : spokenIn(this.#chat, this.#me, this.#name);
      this.store.set([...spoken, ...this.#early]);
    });
  }

  readonly #name = (identity: string): string => {
    const name = this.#directory.store.get().get(identity)?.name ?? '';
    if (name === '') this.#directory.need([identity]);
    return name === '' ? identity : name;
  };
}
