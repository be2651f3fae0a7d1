import type { Connection, wire } from '@tureen/client';
import type { Account } from '../memory/account';
import type { HomeMemory } from '../memory/homeMemory';
import type { ServerFacts } from '../serverFacts';
import { Store } from '../store';
import { CallCenter } from '../calls/callCenter';
import { CallLog } from './callLog';
import { endWords } from './callTrace';
import { drawHome, peopleOf, type Scene } from './drawHome';
import { Finder } from './finder';
import { createGroup, Group } from './group';
import type { Home, Talk } from './home';
import type { CallMedia } from './callViews';
import type { FoundMessage, HomeState, PersonView, Place } from './homeState';
import { IdleWatch } from './idleWatch';
import { NoticeBoard } from './noticeBoard';
import { whenLeft, whenSeen } from './onScreen';
import { type HomeAddress, Opened } from './opened';
import { Parts } from './parts';
import { Searcher } from './search';
import { Views } from './views';

type ModerationDraft = Omit<wire.ConversationMute, 'id' | 'conversation'> | Omit<wire.ConversationRemove, 'id' | 'conversation'>;

/** What home leads to: the address bar follows, somebody leaves. */
export interface Navigation {
  readonly onOpened: (address: HomeAddress) => void;
  readonly onSignOut: () => void;
}

/** Home on the native door: puts what the client's parts know into one state to draw. */
export class HomeSession implements Home {
  readonly store: Store<HomeState>;
  readonly notices = new NoticeBoard();
  readonly parts: Parts;
  readonly views: Views;
  readonly calls: CallCenter;
  readonly group: Group;
  readonly #account: Account;
  readonly #onSignOut: () => void;
  readonly #callLog: CallLog;
  readonly #opened: Opened;
  readonly #finder: Finder;
  readonly #searcher: Searcher;
  readonly #idle: IdleWatch;
  readonly #stops: (() => void)[];
  #loaded = false;
  #planned = false;

  constructor(connection: Connection, { account, preferences, seenCalls, drafts }: HomeMemory, facts: ServerFacts, go: Navigation) {
    this.#account = account;
    this.#onSignOut = go.onSignOut;
    this.parts = new Parts(connection);
    this.views = new Views(this.parts);
    this.#finder = new Finder(this.parts.directory, this.notices.report);
    this.#searcher = new Searcher(this.parts.chats, this.parts.directory, this.notices.report);
    const me = account.user;
    this.calls = new CallCenter({
      connection,
      chats: this.parts.chats,
      facts, me,
      nameOf: (user) => this.#person(user).name,
      preferences,
      report: this.notices.report,
      onEnded: (call) => this.notices.add('info', endWords(call.record.get(), me, connection.device)),
    });
    this.#callLog = new CallLog(connection, me, seenCalls);
    this.#idle = new IdleWatch((idle) => this.parts.own.setIdle(idle));
    const plan = (): void => this.#plan();
    this.#opened = new Opened({ parts: this.parts, views: this.views, me, drafts, facts, notices: this.notices, lead: go.onOpened, tell: plan });
    this.group = new Group(connection, () => this.#opened.now?.chat.record.get() ?? null);
    this.store = new Store(drawHome(this.#scene()));
    const { calls, notices } = this;
    const stores = [this.#finder.store, this.#searcher.store, notices.store, calls.store, calls.running.store, this.#callLog.store];
    const watches = [whenSeen(() => this.#opened.now?.markRead()), whenLeft(() => this.parts.chats.flushMarks())];
    this.#stops = [this.parts.onChange(plan), ...watches, ...stores.map((store) => store.subscribe(plan))];
  }

  async start(address: HomeAddress): Promise<void> {
    this.parts.connection.connect();
    const contacts = this.parts.contacts.load().catch(() => undefined); // the next welcome tries again
    await this.parts.chats.load().catch(() => undefined);
    await contacts;
    this.#loaded = true;
    this.#plan();
    this.follow(address);
  }

  /** The address bar leads: a link was opened, or the browser's own buttons were pressed. */
  follow(address: HomeAddress): void {
    if (this.#loaded) this.#opened.follow(address);
  }

  end(): void {
    for (const stop of this.#stops) stop();
    for (const part of [this.#opened, this.calls, this.#callLog, this.#finder, this.#searcher, this.#idle, this.parts]) part.end();
  }

  loadMoreConversations(): void {
    // Without a connection: looking at the end of the list again asks again.
    void this.parts.chats.loadMore().then(() => this.#plan(), () => undefined);
  }

  openConversation(id: string): void {
    void this.#opened.show(this.parts.chats.get(id));
  }

  closeConversation(): void {
    this.#opened.close();
  }

  writeTo(user: string): void {
    void this.#opened.show(this.parts.chats.direct(user));
  }

  createGroup(title: string, people: readonly PersonView[]): void {
    void this.#opened.show(createGroup(this.parts.chats, title, people, (words) => this.notices.add('info', words)));
  }

  leaveConversation(id: string): void {
    if (this.#opened.now?.chat.id === id) this.closeConversation();
    this.#try(this.parts.connection.send({ type: 'conversation.leave', conversation: id }));
  }

  openThread(root: string, writes: boolean): void {
    this.#opened.openThread(root, writes);
  }

  closeThread(): void {
    this.#opened.closeThread();
  }

  talk(place: Place): Talk | null {
    return this.#opened.talk(place);
  }

  muteMember(user: string, until: number | null): void {
    this.#moderate({ type: 'conversation.mute', user, until });
  }

  removeMember(user: string): void {
    this.#moderate({ type: 'conversation.remove', users: [user] });
  }

  searchAll(query: string): void {
    this.#searcher.search(query);
  }

  loadMoreFound(): void {
    this.#searcher.loadMore();
  }

  openFound(message: FoundMessage): void {
    this.#opened.find(message);
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
  call(users: readonly string[], media: CallMedia, conversation: string | null = null): void {
    void this.calls.start(users, media, conversation ?? this.#opened.now?.groupOf(users) ?? null);
  }

  accept(call: string, media: CallMedia): void {
    void this.calls.accept(call, media);
  }

  reject(call: string): void {
    void this.calls.reject(call);
  }

  loadMoreCalls(): void {
    this.#try(this.#callLog.loadMore());
  }

  seeCalls(): void {
    this.#callLog.see();
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
    this.#onSignOut();
  }

  readonly #person = (id: string): PersonView => this.views.person(id);

  #moderate(command: ModerationDraft): void {
    const conversation = this.#opened.now?.chat.id;
    if (conversation !== undefined) this.#try(this.parts.connection.send({ ...command, conversation }));
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
      this.#opened.now?.markRead();
      const scene = this.#scene();
      this.parts.watch(peopleOf(scene));
      this.store.set(drawHome(scene));
    });
  }

  #scene(): Scene {
    return {
      parts: this.parts,
      views: this.views,
      me: this.#account.user,
      myName: this.#account.name,
      canRenew: this.#account.token === null,
      loaded: this.#loaded,
      open: this.#opened.now,
      found: this.#finder.store.get(),
      search: this.#searcher.store.get(),
      calls: this.#callLog.store.get(),
      now: this.calls.now,
      notices: this.notices.store.get(),
    };
  }
}
