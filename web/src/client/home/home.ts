import type { ReadableStore } from '../store';
import type { CallMedia } from './callViews';
import type { Availability, FoundMessage, HomeState, PersonView, Place } from './homeState';

/** How somebody looks at what they read. */
export interface Look {
  /** The last message that is seen, by its id. */
  readonly last: string | null;
  readonly isAtEnd: boolean;
  /** More is above than below. */
  readonly isLow: boolean;
}

/** What a person can do where they read and write: in a conversation, or in a thread. Messages go by their ids. */
export interface Talk {
  loadEarlier(): void;
  loadLater(): void;
  /** Back to the present, from wherever it was read. */
  loadNewest(): void;
  /** To the first unread message. */
  showNews(): void;
  /** All of it is taken for read. */
  passNews(): void;
  /** What of it is on the screen. */
  handleLook(look: Look): void;

  /** What was written here before, and not sent. */
  readonly draft: string;
  keepDraft(text: string): void;
  /** Members whose names follow an "@" in the text are told that they are meant. */
  send(text: string): void;
  resend(id: string): void;
  /** A message of one's own that was not sent. */
  discard(id: string): void;
  startReply(id: string): void;
  startEdit(id: string): void;
  /** Of what one wrote oneself. */
  startEditOfLast(): void;
  stopReplyOrEdit(): void;
  remove(id: string): void;
  react(id: string, label: string): void;
  /** Tells those who look after the place. */
  reportMessage(id: string, reason: string): void;
  /** Fetches fresh addresses for a message's files. */
  renewFiles(id: string): Promise<void>;
  typing(): void;
  addFiles(files: readonly File[]): void;
  removeUpload(id: string): void;
}

/** Whether a second call rings while one is in a call. */
export interface CallWaitingChoice {
  /** Null while it is not known. */
  readonly store: ReadableStore<boolean | null>;
  choose(on: boolean): void;
}

export interface CallsToJoin {
  readonly waiting: CallWaitingChoice;
  join(call: string, media: CallMedia): Promise<void>;
  /** Answers what `HomeState.leavesFor` asks. */
  answerWanted(leaves: boolean): void;
}

/** What its members do with the open group. Each resolves to why it was refused, in plain words; null: it is done. */
export interface GroupCare {
  add(person: PersonView): Promise<string | null>;
  /** By owners and moderators. */
  rename(title: string): Promise<string | null>;
}

/** Home as the page sees it: a state to draw and the things a person can do. */
export interface Home {
  readonly store: ReadableStore<HomeState>;
  readonly group: GroupCare;

  /** Older ones, for the end of the list. */
  loadMoreConversations(): void;
  openConversation(id: string): void;
  closeConversation(): void;
  /** What was posted under a message of the open conversation. `writes`: in order to write there. */
  openThread(root: string, writes: boolean): void;
  closeThread(): void;
  /** Null while there is none. */
  talk(place: Place): Talk | null;
  /** Opens the conversation with somebody, which is made if there is none. */
  writeTo(user: string): void;
  createGroup(title: string, people: readonly PersonView[]): void;
  leaveConversation(id: string): void;
  /** Of the open group, by its owners and moderators. `until`: Unix milliseconds; null: they may write again. */
  muteMember(user: string, until: number | null): void;
  removeMember(user: string): void;

  /** People and messages, for `HomeState.search`. */
  searchAll(query: string): void;
  loadMoreFound(): void;
  openFound(message: FoundMessage): void;
  /** People alone, for `HomeState.found`. */
  search(query: string): void;
  addContact(user: string): void;
  removeContact(user: string): void;
  block(user: string, blocked: boolean): void;

  /** Rings people, or comes into the call that they have. `conversation`: of a group; otherwise the open one, if it is theirs. */
  call(users: readonly string[], media: CallMedia, conversation?: string | null): void;
  /** What one does about other calls than the one that is on. */
  readonly calls: CallsToJoin;
  accept(call: string, media: CallMedia): void;
  reject(call: string): void;
  /** Older calls. */
  loadMoreCalls(): void;
  /** Somebody looks at the calls: what was missed counts no more. */
  seeCalls(): void;

  setAvailability(availability: Extract<Availability, 'online' | 'away'>): void;
  setStatus(text: string): void;
  dismissNotice(id: number): void;
  signOut(): void;
}
