import { CommandError, type Connection } from '@tureen/client';
import type { GroupCare } from './home';

/** The group that is open, as its members change it. */
export class Group implements GroupCare {
  readonly #connection: Pick<Connection, 'send'>;
  readonly #openId: () => string | null;

  constructor(connection: Pick<Connection, 'send'>, openId: () => string | null) {
    this.#connection = connection;
    this.#openId = openId;
  }

  add(user: string): Promise<string | null> {
    return this.#change((conversation) => this.#connection.send({ type: 'conversation.add', conversation, users: [user] }));
  }

  rename(title: string): Promise<string | null> {
    return this.#change((conversation) => this.#connection.send({ type: 'conversation.update', conversation, title }));
  }

  async #change(send: (conversation: string) => Promise<unknown>): Promise<string | null> {
    const conversation = this.#openId();
    if (conversation === null) return 'The group is not open any more.';
    try {
      await send(conversation);
      return null;
    } catch (error) {
      if (error instanceof CommandError) return refusalWords(error);
      throw error;
    }
  }
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
