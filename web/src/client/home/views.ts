import type { Chat, Contacts, Directory, PresenceWatch, wire } from '@tureen/client';
import type { ConversationRow, PersonView } from './homeState';
import { isAlike } from './kept';
import { lastText } from './lastText';

export interface Known {
  readonly directory: Directory;
  readonly presence: PresenceWatch;
  readonly contacts: Contacts;
}

/** People and conversations as the page draws them. What has not changed is the same object, so it is not drawn anew. */
export class Views {
  readonly #known: Known;
  readonly #people = new Map<string, PersonView>();
  readonly #rows = new Map<string, ConversationRow>();
  /** Found by name for every message that is drawn, so it must not take long. */
  #contacts: { readonly list: readonly wire.Contact[] | null; readonly byId: ReadonlyMap<string, wire.Contact> } = { list: null, byId: new Map() };
  /** Names that messages carried, of guests for example: of whom the directory knows nothing. */
  readonly #told = new Map<string, string>();

  constructor(known: Known) {
    this.#known = known;
  }

  /** Somebody as far as they are known; their id stands for a name that has not come yet. */
  person(id: string): PersonView {
    const { directory, presence } = this.#known;
    const contact = this.#contact(id);
    const person = directory.store.get().get(id) ?? contact?.person ?? { id };
    if (!directory.store.get().has(id)) directory.need([id]);
    const { name = '', avatar = '' } = person;
    return same(this.#people, id, {
      id,
      name: name !== '' ? name : (this.#told.get(id) ?? id),
      avatar,
      ...presenceOf(presence.store.get().get(id)),
      isContact: contact !== undefined && contact.blocked !== true,
      isBlocked: contact?.blocked === true,
    });
  }

  #contact(id: string): wire.Contact | undefined {
    const list = this.#known.contacts.store.get();
    if (this.#contacts.list !== list) this.#contacts = { list, byId: new Map(list?.map((one) => [one.person.id, one])) };
    return this.#contacts.byId.get(id);
  }

  /** Whoever wrote a message that carries a name. */
  sender(id: string, told: string): PersonView {
    if (told !== '') this.#told.set(id, told);
    return this.person(id);
  }

  row(chat: Chat, me: string): ConversationRow {
    const record = chat.record.get();
    const other = otherOf(record, me);
    const person = other === null ? null : this.person(other);
    return same(this.#rows, chat.id, {
      id: chat.id,
      kind: record.kind,
      title: person?.name ?? (record.title === undefined || record.title === '' ? 'Group' : record.title),
      other: person,
      lastText: lastText(record, me, (id) => this.person(id).name),
      lastAtMs: record.active_at,
      unread: record.unread ?? 0,
      mentions: record.mentions ?? 0,
      typing: chat.typing.users.get().some((user) => user !== me),
    });
  }
}

function presenceOf(shown: wire.Presence | undefined): Pick<PersonView, 'availability' | 'statusText' | 'lastSeenAtMs'> {
  if (shown === undefined) return { availability: 'unknown', statusText: '', lastSeenAtMs: null };
  const { availability, status_text: statusText = '', last_seen_at: lastSeenAtMs = null } = shown;
  return { availability, statusText, lastSeenAtMs };
}

/** The other one of two; null in groups and rooms. */
export function otherOf(record: wire.Conversation, me: string): string | null {
  if (record.kind !== 'direct') return null;
  return record.members?.find(({ user }) => user !== me)?.user ?? null;
}

/** The object that was there before, if nothing of it has changed. */
function same<T>(kept: Map<string, T>, key: string, made: T): T {
  const before = kept.get(key);
  if (before !== undefined && isAlike(before, made)) return before;
  kept.set(key, made);
  return made;
}
