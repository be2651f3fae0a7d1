import { Chats, type Connection, Contacts, Directory, OwnPresence, PresenceWatch } from '@tureen/client';

/** The parts of the client that home is made of. */
export class Parts {
  readonly connection: Connection;
  readonly chats: Chats;
  readonly contacts: Contacts;
  readonly directory: Directory;
  readonly presence: PresenceWatch;
  readonly own: OwnPresence;
  #watched = new Map<string, () => void>();

  constructor(connection: Connection) {
    this.connection = connection;
    this.chats = new Chats(connection);
    this.contacts = new Contacts(connection);
    this.directory = new Directory(connection);
    this.presence = new PresenceWatch(connection);
    this.own = new OwnPresence(connection);
  }

  /** Calls back whenever anything that home shows may have changed. Returns how to stop. */
  onChange(tell: () => void): () => void {
    const { connection, chats, contacts, directory, presence } = this;
    const stores = [connection.state, connection.welcome, chats.list, contacts.store, directory.store, presence.store];
    const stops = stores.map((store) => store.subscribe(tell));
    for (const event of ['conversation.event', 'conversation.changed', 'typing', 'marked'] as const) {
      stops.push(connection.on(event, tell));
    }
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Exactly these people's presence is asked for. */
  watch(users: Iterable<string>): void {
    const wanted = new Set(users);
    for (const [user, stop] of this.#watched) {
      if (wanted.has(user)) continue;
      stop();
      this.#watched.delete(user);
    }
    for (const user of wanted) {
      if (!this.#watched.has(user)) this.#watched.set(user, this.presence.watch([user]));
    }
  }

  end(): void {
    this.watch([]);
    for (const part of [this.chats, this.contacts, this.directory, this.presence]) part.end();
  }
}
