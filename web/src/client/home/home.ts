import type { ReadableStore } from '../store';
import type { Availability, CallMedia, HomeState } from './homeState';

/** Home as the page sees it: a state to draw and the things a person can do. */
export interface Home {
  readonly store: ReadableStore<HomeState>;

  openConversation(id: string): void;
  closeConversation(): void;
  /** Opens the conversation with somebody, which is made if there is none. */
  writeTo(user: string): void;
  createGroup(title: string, users: readonly string[]): void;
  leaveConversation(id: string): void;
  loadEarlier(): void;

  send(text: string): void;
  resend(id: string): void;
  startReply(id: string): void;
  startEdit(id: string): void;
  stopReplyOrEdit(): void;
  remove(id: string): void;
  react(id: string, label: string): void;
  typing(): void;
  addFiles(files: readonly File[]): void;
  removeUpload(id: string): void;

  search(query: string): void;
  addContact(user: string): void;
  removeContact(user: string): void;
  block(user: string, blocked: boolean): void;

  call(users: readonly string[], media: CallMedia): void;
  accept(call: string, media: CallMedia): void;
  reject(call: string): void;
  loadCalls(): void;

  setAvailability(availability: Extract<Availability, 'online' | 'away'>): void;
  setStatus(text: string): void;
  dismissNotice(id: number): void;
  signOut(): void;
}
