import type { Chat, Connection } from '@tureen/client';
import type { Account } from '../memory/account';
import type { PreferenceStore } from '../memory/preferences';
import { Store } from '../store';
import { CallCenter } from '../calls/callCenter';
import { CallLog } from './callLog';
import { endWords, ringingCall } from './callTrace';
import { drawHome, peopleOf, type Scene } from './drawHome';
import { Finder } from './finder';
import type { Home } from './home';
import type { CallMedia, HomeState, PersonView } from './homeState';
import { IdleWatch } from './idleWatch';
import { NoticeBoard } from './noticeBoard';
import { OpenChat } from './openChat';
import { Parts } from './parts';
import { Views } from './views';

/** What home leads to: the address bar follows, somebody leaves. */
export interface Navigation {
  readonly onOpened: (conversation: string | null) => void;
  readonly onSignOut: () => void;
}

/** Home on the native door: puts what the client's parts know into one state to draw. */
export class HomeSession implements Home {
  readonly store: Store<HomeState>;
  readonly notices = new NoticeBoard();
  readonly parts: Parts;
  readonly views: Views;
  readonly calls: CallCenter;
  readonly #account: Account;
  readonly #go: Navigation;
  readonly #callLog: CallLog;
  readonly #finder: Finder;
  readonly #idle: IdleWatch;
  readonly #stops: (() => void)[];
  #loaded = false;
  #open: OpenChat | null = null;
  #planned = false;

  constructor(connection: Connection, account: Account, preferences: PreferenceStore, go: Navigation) {
    this.#account = account;
    this.#go = go;
    this.parts = new Parts(connection);
    this.views = new Views(this.parts);
    this.#finder = new Finder(this.parts.directory, this.notices.report);
    this.calls = new CallCenter({
      connection,
      chats: this.parts.chats,
      me: account.user,
      nameOf: (user) => this.#person(user).name,
      preferences,
      report: this.notices.report,
      onEnded: (call) => this.notices.add('info', endWords(call.record.get(), account.user)),
    });
    this.#callLog = new CallLog(connection, account.user, this.#person);
    this.#idle = new IdleWatch((idle) => this.parts.own.setIdle(idle));
    this.store = new Store(drawHome(this.#scene()));
    const stores = [this.#finder.store, this.notices.store, this.calls.store, this.#callLog.store];
    const plan = (): void => this.#plan();
    this.#stops = [this.parts.onChange(plan), ...stores.map((store) => store.subscribe(plan))];
    window.addEventListener('focus', this.#handleFocus);
  }

  async start(conversation: string | null): Promise<void> {
    this.parts.connection.connect();
    const contacts = this.parts.contacts.load().catch(() => undefined); // the next welcome tries again
    await this.parts.chats.load().catch(() => undefined);
    await contacts;
    this.#loaded = true;
    this.#plan();
    if (conversation !== null) this.openConversation(conversation);
  }

  end(): void {
    window.removeEventListener('focus', this.#handleFocus);
    for (const stop of this.#stops) stop();
    for (const part of [this.#open, this.calls, this.#callLog, this.#finder, this.#idle, this.parts]) part?.end();
  }

  openConversation(id: string): void {
    void this.#show(this.parts.chats.get(id));
  }

  closeConversation(): void {
    this.#open?.end();
    this.#open = null;
    this.#go.onOpened(null);
    this.#plan();
  }

  writeTo(user: string): void {
    void this.#show(this.parts.chats.direct(user));
  }

  createGroup(title: string, users: readonly string[]): void {
    void this.#show(this.parts.chats.create(title, users));
  }

  leaveConversation(id: string): void {
    if (this.#open?.chat.id === id) this.closeConversation();
    this.#try(this.parts.connection.send({ type: 'conversation.leave', conversation: id }));
  }

  loadEarlier(): void {
    this.#open?.loadEarlier();
  }

  send(text: string): void {
    if (this.#open !== null) this.#try(this.#open.send(text));
  }

  resend(id: string): void {
    this.#open?.chat.outgoing.retry(id);
  }

  startReply(id: string): void {
    this.#open?.quote.set({ replyTo: id, editing: null });
  }

  startEdit(id: string): void {
    this.#open?.quote.set({ replyTo: null, editing: id });
  }

  stopReplyOrEdit(): void {
    this.#open?.quote.set({ replyTo: null, editing: null });
  }

  remove(id: string): void {
    if (this.#open !== null) this.#try(this.#open.chat.delete(id));
  }

  react(id: string, label: string): void {
    if (this.#open !== null) this.#try(this.#open.react(id, label));
  }

  typing(): void {
    this.#open?.chat.typing.note();
  }

  addFiles(files: readonly File[]): void {
    this.#open?.tray.add(files);
  }

  removeUpload(id: string): void {
    this.#open?.tray.remove(id);
  }

  search(query: string): void {
    this.#finder.search(query);
  }

  addContact(user: string): void {
    this.#try(this.parts.contacts.add(user));
  }

  removeContact(user: string): void {
    this.#try(this.parts.contacts.remove(user));
  }

  block(user: string, blocked: boolean): void {
    this.#try(this.parts.contacts.block(user, blocked));
  }

  /** Rings people; a group's call leaves its trace in the group. */
  call(users: readonly string[], media: CallMedia): void {
    void this.calls.start(users, media, this.#open?.groupOf(users) ?? null);
  }

  accept(call: string, media: CallMedia): void {
    void this.calls.accept(call, media);
  }

  reject(call: string): void {
    void this.calls.reject(call);
  }

  loadCalls(): void {
    this.#try(this.#callLog.load());
  }

  setAvailability(availability: 'online' | 'away'): void {
    this.#try(this.parts.own.setAway(availability === 'away'));
  }

  setStatus(text: string): void {
    this.#try(this.parts.own.setStatusText(text));
  }

  dismissNotice(id: number): void {
    this.notices.dismiss(id);
  }

  signOut(): void {
    this.#go.onSignOut();
  }

  readonly #person = (id: string): PersonView => this.views.person(id);

  readonly #handleFocus = (): void => this.#open?.markRead();

  async #show(opening: Promise<Chat>): Promise<void> {
    try {
      const chat = await opening;
      if (this.#open?.chat === chat) return;
      this.#open?.end();
      this.#open = new OpenChat(this.parts.connection, chat, this.#account.user, () => this.#plan());
      this.#go.onOpened(chat.id);
      this.#plan();
    } catch (error) {
      this.notices.report(error);
    }
  }

  #try(work: Promise<unknown>): void {
    work.catch(this.notices.report);
  }

  /** Changes come in groups; one drawing is enough for each. */
  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    queueMicrotask(() => {
      this.#planned = false;
      this.#open?.markRead();
      const scene = this.#scene();
      this.parts.watch(peopleOf(scene));
      this.store.set(drawHome(scene));
    });
  }

  #scene(): Scene {
    const [log, { ringing }] = [this.#callLog.store.get(), this.calls.store.get()];
    return {
      parts: this.parts,
      views: this.views,
      me: this.#account.user,
      myName: this.#account.name,
      canRenew: this.#account.token === null,
      loaded: this.#loaded,
      open: this.#open,
      found: this.#finder.store.get(),
      calls: log.rows,
      missedCalls: log.missed,
      ringing: ringing.map((call) => ringingCall(call.record.get(), this.#account.user, this.#person)),
      notices: this.notices.store.get(),
    };
  }
}
