import type { Chat } from '@tureen/client';
import type { Drafts } from '../memory/drafts';
import type { ServerFacts } from '../serverFacts';
import type { Talk } from './home';
import type { FoundMessage, Place } from './homeState';
import type { NoticeBoard } from './noticeBoard';
import { OpenChat, type Wanted } from './openChat';
import type { Parts } from './parts';
import type { Views } from './views';

/** What is open, as the address bar has it. */
export interface HomeAddress {
  readonly conversation: string | null;
  readonly thread: string | null;
}

export interface OpenedParts {
  readonly parts: Parts;
  readonly me: string;
  readonly views: Views;
  readonly drafts: Drafts;
  readonly facts: ServerFacts;
  readonly notices: NoticeBoard;
  /** The address bar follows. */
  readonly lead: (address: HomeAddress) => void;
  /** Called when anything of what is open has changed. */
  readonly tell: () => void;
}

/** The conversation that is open, if any: opened and closed by the page, or by the address bar. */
export class Opened {
  readonly #around: OpenedParts;
  #open: OpenChat | null = null;
  #wish = 0;

  constructor(around: OpenedParts) {
    this.#around = around;
  }

  get now(): OpenChat | null {
    return this.#open;
  }

  talk(place: Place): Talk | null {
    return (place === 'thread' ? this.#open?.thread?.talk : this.#open?.talk) ?? null;
  }

  /** The newest wish counts: what comes too late stays closed. */
  async show(opening: Promise<Chat>, wanted: Wanted | null = null, thread: string | null = null): Promise<void> {
    this.#wish += 1;
    const wish = this.#wish;
    try {
      const chat = await opening;
      if (wish !== this.#wish) return;
      if (this.#open?.chat !== chat) this.#enter(chat, wanted);
      else if (wanted !== null) this.#open.show(wanted);
      if (thread !== null) this.#open?.openThread(thread, false);
      this.#changed();
    } catch (error) {
      this.#around.notices.report(error);
    }
  }

  find(message: FoundMessage): void {
    void this.show(this.#around.parts.chats.get(message.conversation), message);
  }

  close(): void {
    this.end();
    this.#changed();
  }

  openThread(root: string, writes: boolean): void {
    this.#open?.openThread(root, writes);
    this.#changed();
  }

  closeThread(): void {
    this.#open?.closeThread();
    this.#changed();
  }

  /** The address bar leads: a link was opened, or the browser's own buttons were pressed. */
  follow({ conversation, thread }: HomeAddress): void {
    const open = this.#address();
    if (open.conversation === conversation && open.thread === thread) return;
    if (conversation === null) this.close();
    else if (open.conversation !== conversation) void this.show(this.#around.parts.chats.get(conversation), null, thread);
    else if (thread === null) this.closeThread();
    else this.openThread(thread, false);
  }

  end(): void {
    this.#wish += 1;
    this.#open?.end();
    this.#open = null;
  }

  #enter(chat: Chat, wanted: Wanted | null): void {
    const { parts, views, me, drafts, facts, notices, tell } = this.#around;
    const inform = (text: string): void => notices.add('info', text);
    this.#open?.end();
    const { connection } = parts;
    const nameOf = (user: string): string => views.person(user).name;
    this.#open = new OpenChat({ connection, chat, me, nameOf, drafts, facts, report: notices.report, inform, tell }, wanted);
  }

  #changed(): void {
    this.#around.lead(this.#address());
    this.#around.tell();
  }

  #address(): HomeAddress {
    return { conversation: this.#open?.chat.id ?? null, thread: this.#open?.thread?.root ?? null };
  }
}
