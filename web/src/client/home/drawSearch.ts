import type { Chat, ChatMessage } from '@tureen/client';
import type { Around } from './entries';
import type { FoundMessage, SearchView } from './homeState';
import { markedExcerpt, markedWords } from './markedWords';
import type { Search } from './search';
import type { Views } from './views';

const MOST_CONVERSATIONS = 5;

/** What a search found, for the page: people, groups by their names, and messages with the words in them marked. */
export function drawSearch(search: Search, chats: readonly Chat[], views: Views, around: Around): SearchView {
  const { query, people, messages, more } = search;
  const byId = new Map(chats.map((chat) => [chat.id, chat]));
  const named = chats.filter((chat) => chat.record.get().kind !== 'direct').map((chat) => views.row(chat, around.me));
  return {
    query,
    people: (people ?? []).filter((id) => id !== around.me).map(around.person),
    conversations: named.filter(({ title }) => markedWords(title, query).some(({ marked }) => marked)).slice(0, MOST_CONVERSATIONS),
    messages: (messages ?? []).map((message) => found(message, byId.get(message.conversation), query, views, around)),
    more,
    busy: people === null || messages === null,
  };
}

function found(message: ChatMessage, chat: Chat | undefined, query: string, views: Views, { me, person }: Around): FoundMessage {
  const { id, seq, conversation, thread, sender, sent_at: atMs, text } = message;
  return {
    id,
    seq,
    conversation,
    // Of one that is not listed yet, until it was asked for.
    title: chat === undefined ? '' : views.row(chat, me).title,
    thread,
    sender: person(sender),
    isOwn: sender === me,
    atMs,
    words: markedExcerpt(text, query),
  };
}
