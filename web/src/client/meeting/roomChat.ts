import { type Chat, Chats, Connection, Directory } from '@tureen/client';
import { Store } from '../store';
import type { ChatMessage } from './meetingState';
import { spokenIn } from './spoken';

/** The conversation of a room: kept by the server, so that whoever comes later reads it too. */
export class RoomChat {
  /** The latest page of messages, and one's own that are on their way. */
  readonly store = new Store<readonly ChatMessage[]>([]);
  readonly #connection: Connection;
  readonly #chats: Chats;
  readonly #directory: Directory;
  readonly #me: string;
  /** What was written while the conversation was not open yet. */
  readonly #early: string[] = [];
  readonly #stops: (() => void)[] = [];
  #chat: Chat | null = null;
  #planned = false;

  constructor(url: string, token: string, me: string) {
    this.#me = me;
    // A device of its own: the person may be connected from home in another tab.
    this.#connection = new Connection({ url, client: 'tureen-web', storage: null, getToken: () => Promise.resolve(token) });
    this.#chats = new Chats(this.#connection);
    this.#directory = new Directory(this.#connection);
  }

  async open(room: string): Promise<void> {
    this.#connection.connect();
    const chat = await this.#chats.room(room);
    this.#chat = chat;
    const stores = [chat.timeline, chat.outgoing.store, this.#directory.store];
    this.#stops.push(...stores.map((store) => store.subscribe(() => this.#plan())));
    await chat.pages.loadNewest();
    for (const text of this.#early.splice(0)) this.send(text);
    this.#plan();
  }

  send(text: string): void {
    if (this.#chat === null) this.#early.push(text);
    else this.#chat.outgoing.send({ text });
  }

  resend(id: string): void {
    this.#chat?.outgoing.retry(id);
  }

  end(): void {
    for (const stop of this.#stops) stop();
    this.#chats.end();
    this.#directory.end();
    this.#connection.close();
  }

  /** Changes come in groups; one reading is enough for each. */
  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    queueMicrotask(() => {
      this.#planned = false;
      if (this.#chat !== null) this.store.set(spokenIn(this.#chat, this.#me, this.#name));
    });
  }

  readonly #name = (identity: string): string => {
    const name = this.#directory.store.get().get(identity)?.name ?? '';
    if (name === '') this.#directory.need([identity]);
    return name === '' ? identity : name;
  };
}
