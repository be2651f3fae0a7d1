import { endingOf } from './ending';
import { type Around, entriesOf } from './entries';
import type { CallRow, HomeState, Link, MessageView, Notice, OpenConversation, PersonView, RingingCall } from './homeState';
import type { OpenChat } from './openChat';
import type { Parts } from './parts';
import { otherOf, type Views } from './views';

/** All that home is drawn from. */
export interface Scene {
  readonly parts: Parts;
  readonly views: Views;
  readonly me: string;
  readonly myName: string;
  /** See `endingOf`. */
  readonly canRenew: boolean;
  readonly loaded: boolean;
  readonly open: OpenChat | null;
  readonly found: readonly string[] | null;
  readonly calls: readonly CallRow[];
  readonly missedCalls: number;
  readonly ringing: readonly RingingCall[];
  readonly notices: readonly Notice[];
}

export function drawHome(scene: Scene): HomeState {
  const { parts, views, me } = scene;
  const person = (id: string): PersonView => views.person(id);
  const contacts = contactsOf(parts);
  return {
    me: { ...person(me), name: parts.connection.welcome.get()?.me.name ?? scene.myName },
    link: linkOf(parts),
    ending: endingOf(parts.connection.state.get(), scene.canRenew),
    conversations: parts.chats.list.get().map((chat) => views.row(chat, me)),
    conversationsLoaded: scene.loaded,
    open: scene.open === null ? null : drawOpen(scene.open, views, { me, person }),
    contacts: contacts.map(person).sort((one, other) => one.name.localeCompare(other.name)),
    found: scene.found?.filter((id) => id !== me).map(person) ?? null,
    calls: scene.calls,
    missedCalls: scene.missedCalls,
    ringing: scene.ringing,
    notices: scene.notices,
  };
}

/** Whose presence the scene shows. */
export function peopleOf({ parts, me, found }: Scene): string[] {
  const others = parts.chats.list.get().flatMap((chat) => otherOf(chat.record.get(), me) ?? []);
  return [me, ...contactsOf(parts), ...others, ...(found ?? [])];
}

function contactsOf({ contacts }: Parts): string[] {
  return (contacts.store.get() ?? []).filter(({ blocked }) => blocked !== true).map(({ person }) => person.id);
}

function drawOpen({ chat, tray, quote, loading }: OpenChat, views: Views, around: Around): OpenConversation {
  const entries = entriesOf(chat, around);
  const find = (id: string | null): MessageView | null => {
    const found = entries.find((one) => one.kind === 'message' && one.message.id === id);
    return found?.kind === 'message' ? found.message : null;
  };
  const { replyTo, editing } = quote.get();
  const writing = chat.typing.users.get().filter((user) => user !== around.me);
  return {
    row: views.row(chat, around.me),
    members: (chat.record.get().members ?? []).map(({ user }) => around.person(user)),
    entries,
    hasEarlier: chat.timeline.get().hasOlder,
    loading: loading.get(),
    typing: writing.map((user) => around.person(user).name),
    replyTo: find(replyTo),
    editing: find(editing),
    uploads: tray.store.get(),
  };
}

function linkOf({ connection }: Parts): Link {
  const { kind } = connection.state.get();
  if (kind === 'online') return 'online';
  if (kind === 'closed') return 'ended';
  return connection.welcome.get() === null ? 'connecting' : 'reconnecting';
}
