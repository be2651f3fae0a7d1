import type { CallsNow } from '../calls/callCenter';
import { groupTitle } from '../calls/groupTitle';
import type { Calls } from './callLog';
import { callRow } from './callTrace';
import { ringingCalls, runningCalls } from './drawCalls';
import { drawSearch } from './drawSearch';
import { endingOf } from './ending';
import { type Around, entriesOf, rootOf } from './entries';
import type {
  HomeState,
  Link,
  MessageView,
  NewsView,
  Notice,
  OpenConversation,
  PersonView,
  TalkView,
  ThreadView,
} from './homeState';
import type { OpenChat, OpenThread } from './openChat';
import type { OpenTalk } from './openTalk';
import type { Parts } from './parts';
import type { Search } from './search';
import { statesOf } from './sharedState';
import { otherOf, type Views } from './views';

const NO_NEWS: NewsView = { first: null, above: 0, turn: 0 };

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
  readonly search: Search | null;
  readonly calls: Calls;
  readonly now: CallsNow;
  readonly notices: readonly Notice[];
}

export function drawHome(scene: Scene): HomeState {
  const { parts, views, me } = scene;
  const person = (id: string): PersonView => views.person(id);
  const around: Around = { me, person, sender: (id, told) => views.sender(id, told) };
  const contacts = contactsOf(parts);
  const calling = { now: scene.now, chats: parts.chats, me, person };
  return {
    me: { ...person(me), name: parts.connection.welcome.get()?.me.name ?? scene.myName },
    link: linkOf(parts),
    ending: endingOf(parts.connection.state.get(), scene.canRenew),
    conversations: parts.chats.list.get().map((chat) => views.row(chat, me)),
    conversationsLoaded: scene.loaded,
    hasMoreConversations: scene.loaded && parts.chats.hasMore,
    open: scene.open === null ? null : drawOpen(scene.open, views, around),
    contacts: contacts.map(person).sort((one, other) => one.name.localeCompare(other.name)),
    found: scene.found?.filter((id) => id !== me).map(person) ?? null,
    search: scene.search === null ? null : drawSearch(scene.search, parts.chats.list.get(), views, around),
    calls: scene.calls.calls.map((call) => callRow(call, me, person, groupTitle(parts.chats, call))),
    callsLoaded: scene.calls.loaded,
    hasMoreCalls: scene.calls.hasMore,
    missedCalls: scene.calls.missed,
    ringing: ringingCalls(calling),
    running: runningCalls(calling),
    leavesFor: scene.now.isOtherWanted ? scene.now.talksWith : null,
    notices: scene.notices,
  };
}

/** Whose presence the scene shows. */
export function peopleOf({ parts, me, found, search }: Scene): string[] {
  const others = parts.chats.list.get().flatMap((chat) => otherOf(chat.record.get(), me) ?? []);
  return [me, ...contactsOf(parts), ...others, ...(found ?? []), ...(search?.people ?? [])];
}

function contactsOf({ contacts }: Parts): string[] {
  return (contacts.store.get() ?? []).filter(({ blocked }) => blocked !== true).map(({ person }) => person.id);
}

function drawOpen(open: OpenChat, views: Views, around: Around): OpenConversation {
  const { chat, talk, thread } = open;
  const record = chat.record.get();
  const members = open.members.keep(
    (record.members ?? []).map(({ user, role = 'member', muted_until: mutedUntilMs = null }) => ({
      person: around.person(user),
      role,
      mutedUntilMs,
    })),
  );
  const own = members.find(({ person }) => person.id === around.me);
  const writing = chat.typing.users.get().filter((user) => user !== around.me);
  return {
    row: views.row(chat, around.me),
    members,
    memberCount: record.member_count ?? members.length,
    ownRole: own?.role ?? 'member',
    mutedUntilMs: own?.mutedUntilMs ?? null,
    typing: writing.map((user) => around.person(user).name),
    talk: drawTalk(talk, around, null),
    thread: thread === null ? null : drawThread(thread, around),
    states: statesOf(chat),
  };
}

function drawThread({ root: rootId, talk, writes }: OpenThread, around: Around): ThreadView {
  const root = talk.drawn.root.keep(rootOf(talk.chat, talk.pages, around));
  return { rootId, root, talk: drawTalk(talk, around, root), writes };
}

/** `root`: what may be answered or edited besides the entries. */
function drawTalk({ chat, pages, tray, quote, focus, loading, news, drawn }: OpenTalk, around: Around, root: MessageView | null): TalkView {
  const entries = drawn.entries.keep(entriesOf(chat, pages, around));
  const find = (id: string | null): MessageView | null => {
    if (id !== null && root?.id === id) return root;
    const found = entries.find((one) => one.kind === 'message' && one.message.id === id);
    return found?.kind === 'message' ? found.message : null;
  };
  const { hasOlder, hasNewer } = pages.timeline.get();
  const { replyTo, editing } = quote.get();
  return {
    entries,
    news: news?.view(pages.timeline.get()) ?? NO_NEWS,
    hasEarlier: hasOlder,
    hasLater: hasNewer,
    loading: loading.get() > 0,
    focus: focus.get(),
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
