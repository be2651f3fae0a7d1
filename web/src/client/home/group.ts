import { type Chat, type Chats, CommandError, type Connection, type wire } from '@tureen/client';
import type { GroupCare } from './home';
import type { PersonView } from './homeState';

/** The group that is open, as its members change it. */
export class Group implements GroupCare {
  readonly #connection: Pick<Connection, 'send'>;
  readonly #open: () => wire.Conversation | null;

  constructor(connection: Pick<Connection, 'send'>, open: () => wire.Conversation | null) {
    this.#connection = connection;
    this.#open = open;
  }

  add({ id, name }: PersonView): Promise<string | null> {
    return this.#change(async (before) => {
      const { conversation } = await this.#connection.send({ type: 'conversation.add', conversation: before.id, users: [id] });
      return isInside(conversation, id, before) ? null : notAddedWords([name]);
    });
  }

  rename(title: string): Promise<string | null> {
    return this.#change(async ({ id: conversation }) => {
      await this.#connection.send({ type: 'conversation.update', conversation, title });
      return null;
    });
  }

  async #change(work: (open: wire.Conversation) => Promise<string | null>): Promise<string | null> {
    const open = this.#open();
    if (open === null) return 'The group is not open any more.';
    try {
      return await work(open);
    } catch (error) {
      if (error instanceof CommandError) return refusalWords(error);
      throw error;
    }
  }
}

/** Makes a group; `tell` says who did not come in. */
export async function createGroup(
  chats: Pick<Chats, 'create'>,
  title: string,
  people: readonly PersonView[],
  tell: (words: string) => void,
): Promise<Chat> {
  const chat = await chats.create(title, people.map(({ id }) => id));
  const missing = people.filter(({ id }) => !isInside(chat.record.get(), id));
  if (missing.length > 0) tell(notAddedWords(missing.map(({ name }) => name)));
  return chat;
}

/** Large groups do not name all of their members: there it tells that they have become more. */
function isInside(group: wire.Conversation, user: string, before?: wire.Conversation): boolean {
  const { members = [], member_count: count = members.length } = group;
  if (members.length >= count) return members.some((member) => member.user === user);
  return before === undefined || count > (before.member_count ?? 0);
}

/** Not why: whether one is blocked is the other one's business. */
function notAddedWords(names: readonly string[]): string {
  return `${names.join(', ')} cannot be added.`;
}

/** Why something was refused, for people. */
function refusalWords({ code, message, hint }: CommandError): string {
  switch (code) {
    case 'not_found':
      return 'This group or this person is not there any more.';
    case 'rate_limited':
      return 'That was too fast. Wait a moment, then try again.';
    case 'invalid':
    case 'internal':
      return 'The server could not do this.';
    default:
      return hint === '' ? message : `${message} ${hint}`;
  }
}
