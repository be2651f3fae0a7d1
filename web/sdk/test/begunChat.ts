import type { Connection } from '../src/connection/connection';
import type { Chat } from '../src/conversations/chat';
import { Chats } from '../src/conversations/chats';
import { FakeConversation } from './fakeConversation';
import { FakeServer, online, settle } from './fakeServer';

/** One conversation as a client knows it, and as it is at the server. */
export interface BegunChat {
  readonly server: FakeServer;
  readonly truth: FakeConversation;
  readonly connection: Connection;
  readonly chats: Chats;
  readonly chat: Chat;
}

/** A client that is online and has listed its conversation, in which so many messages are. Timers have to be fake. */
export async function beginChat(posts: number): Promise<BegunChat> {
  const server = new FakeServer();
  const truth = new FakeConversation(server, 'c');
  for (let count = 0; count < posts; count += 1) truth.post(`old ${count}`);
  const connection = await online(server);
  const chats = new Chats(connection);
  return { server, truth, connection, chats, chat: await listed(chats) };
}

/** Lists them, and gives the first. */
export async function listed(chats: Chats): Promise<Chat> {
  const loading = chats.load();
  await settle();
  await loading;
  const [chat] = chats.list.get();
  if (chat === undefined) throw new Error('No conversation was listed.');
  return chat;
}

/** Shows the newest page. */
export async function open(chat: Chat): Promise<void> {
  void chat.pages.loadNewest();
  await settle();
}
