import type { Chat } from '@tureen/client';
import type { MemberView } from './homeState';
import { Kept } from './kept';
import { News } from './news';
import { isSeen } from './onScreen';
import { OpenTalk } from './openTalk';
import type { MessagePlace, OpenTalkParts } from './openTalkParts';

/** What was looked for: a message, and under which one it was posted if it is in a thread. */
export interface Wanted extends MessagePlace {
  readonly thread: string | null;
}

export interface OpenThread {
  /** The message that it is under. */
  readonly root: string;
  readonly talk: OpenTalk;
  /** Somebody wants to write there. */
  readonly writes: boolean;
}

/** The conversation that is open, and the thread of it that is. */
export class OpenChat {
  readonly chat: Chat;
  readonly talk: OpenTalk;
  /** As they were drawn last. */
  readonly members = new Kept<readonly MemberView[]>();
  readonly #parts: Omit<OpenTalkParts, 'pages'>;
  readonly #stops: (() => void)[];
  readonly #news: News;
  #thread: OpenThread | null = null;

  constructor(parts: Omit<OpenTalkParts, 'pages'>, wanted: Wanted | null) {
    const { chat, tell } = parts;
    this.chat = chat;
    this.#parts = parts;
    this.#stops = [chat.record, chat.outgoing.store, chat.typing.users, chat.states.store].map((store) => store.subscribe(tell));
    // Without a connection: whatever changes is told, and the next opening asks again.
    void chat.states.load().catch(() => undefined);
    const news = new News(chat, parts.me);
    this.talk = new OpenTalk({ ...parts, pages: chat.pages }, wanted?.thread === null ? wanted : null, news);
    this.#news = news;
    if (wanted !== null && wanted.thread !== null) this.openThread(wanted.thread, false, wanted);
  }

  get thread(): OpenThread | null {
    return this.#thread;
  }

  openThread(root: string, writes: boolean, at: MessagePlace | null = null): void {
    if (this.#thread?.root === root) {
      this.#thread = { ...this.#thread, writes };
      if (at !== null) this.#thread.talk.show(at);
    } else {
      this.#thread?.talk.end();
      this.#thread = { root, writes, talk: new OpenTalk({ ...this.#parts, pages: this.chat.thread(root) }, at) };
    }
    this.#parts.tell();
  }

  closeThread(): void {
    this.#thread?.talk.end();
    this.#thread = null;
    this.#parts.tell();
  }

  /** Goes to a message, in the thread that it is in. */
  show(wanted: Wanted): void {
    if (wanted.thread === null) {
      this.closeThread();
      this.talk.show(wanted);
    } else this.openThread(wanted.thread, false, wanted);
  }

  /** Marks what has been on the screen as read, if somebody looks at it. */
  markRead(): void {
    if (this.talk.hasReadOn && isSeen()) this.chat.markRead(this.talk.seenUpTo);
    this.#news.note();
  }

  /** This conversation, if it is a group and all of these people are in it: their call leaves its trace here. */
  groupOf(users: readonly string[]): string | null {
    const { kind, members = [] } = this.chat.record.get();
    return kind === 'group' && users.every((id) => members.some(({ user }) => user === id)) ? this.chat.id : null;
  }

  end(): void {
    for (const stop of this.#stops) stop();
    this.talk.end();
    this.#thread?.talk.end();
  }
}
