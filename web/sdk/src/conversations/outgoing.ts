import { CommandError } from '../connection/commandError';
import type { Connection } from '../connection/connection';
import { newId } from '../connection/identifiers';
import type { AnyReply, ConversationEvent, MessageSend } from '../protocol';
import { type ReadableStore, Store } from '../stores/store';
import type { ChatMessage } from './chatMessage';

/** What a person writes: a text, files that were uploaded, or content for machines. */
export type Writing = Omit<MessageSend, 'id' | 'type' | 'conversation'>;

/**
 * One's own message until it shows up among the others:
 *
 *     pending --acknowledged--> sent --its event comes--> gone from here
 *        ^  \--refused--> failed --discard--> gone
 *        +------retry-------+
 */
export interface OwnMessage extends Writing {
  /** Of the command; it stays the same over all attempts, so that the message is stored once. */
  readonly id: string;
  readonly writtenAt: number;
  readonly state: 'pending' | 'sent' | 'failed';
  /** Why it failed. */
  readonly error: CommandError | null;
  /** The message's id, once it is known. */
  readonly message: string | null;
}

/** One's own messages that are on their way. */
export class Outgoing {
  readonly #connection: Connection;
  readonly #conversation: string;
  readonly #isKnown: (seq: number) => boolean;
  readonly #store = new Store<readonly OwnMessage[]>([]);

  /** `isKnown`: whether the event at a position has come already. */
  constructor(connection: Connection, conversation: string, isKnown: (seq: number) => boolean) {
    this.#connection = connection;
    this.#conversation = conversation;
    this.#isKnown = isKnown;
  }

  get store(): ReadableStore<readonly OwnMessage[]> {
    return this.#store;
  }

  /** Writes; what becomes of it shows in the store. Returns the id of the command. */
  send(writing: Writing): string {
    const id = newId();
    this.#add({ ...writing, id });
    this.#attempt(id, writing);
    return id;
  }

  /** Tries a failed message again. */
  retry(id: string): void {
    const own = this.#store.get().find((one) => one.id === id);
    if (own?.state !== 'failed') return;
    this.#change(id, { state: 'pending', error: null });
    this.#attempt(id, writingOf(own));
  }

  /** Forgets a failed message. */
  discard(id: string): void {
    this.#store.update((all) => all.filter((one) => one.id !== id || one.state !== 'failed'));
  }

  /** A message that an earlier page left to be sent. */
  handleRestored(command: MessageSend, reply: Promise<AnyReply>): void {
    this.#add(command);
    this.#follow(command.id, reply);
  }

  handlePosted(event: ConversationEvent, message: string): void {
    this.#store.update((all) => dropped(all, (own) => own.id === event.command || own.message === message));
  }

  /** A page may hold what no event told of. */
  handleShown(messages: readonly ChatMessage[]): void {
    if (this.#store.get().length === 0) return;
    const shown = new Set(messages.map(({ id }) => id));
    this.#store.update((all) => dropped(all, (own) => own.message !== null && shown.has(own.message)));
  }

  #add(own: Writing & { readonly id: string }): void {
    const { id } = own;
    const added = { ...writingOf(own), id, writtenAt: Date.now(), state: 'pending', error: null, message: null } as const;
    this.#store.update((all) => [...all.filter((one) => one.id !== id), added]);
  }

  #attempt(id: string, writing: Writing): void {
    const command = { ...writing, type: 'message.send', id, conversation: this.#conversation } as const;
    this.#follow(id, this.#connection.send(command));
  }

  #follow(id: string, reply: Promise<AnyReply>): void {
    reply.then(
      (sent) => this.#handleSent(id, sent),
      (error: unknown) => this.#change(id, { state: 'failed', error: asCommandError(error) }),
    );
  }

  #handleSent(id: string, sent: AnyReply): void {
    if (sent.type === 'sent' && this.#isKnown(sent.seq)) this.#store.update((all) => dropped(all, (own) => own.id === id));
    else this.#change(id, { state: 'sent', message: sent.type === 'sent' ? sent.message : null });
  }

  #change(id: string, change: Partial<OwnMessage>): void {
    this.#store.update((all) => all.map((own) => (own.id === id ? { ...own, ...change } : own)));
  }
}

function writingOf({ text, mentions, attachments, reply_to, thread, custom }: Writing): Writing {
  return {
    ...(text !== undefined && { text }),
    ...(mentions !== undefined && { mentions }),
    ...(attachments !== undefined && { attachments }),
    ...(reply_to !== undefined && { reply_to }),
    ...(thread !== undefined && { thread }),
    ...(custom !== undefined && { custom }),
  };
}

/** The same list if nothing goes, so that nobody is told of nothing. */
function dropped(all: readonly OwnMessage[], goes: (own: OwnMessage) => boolean): readonly OwnMessage[] {
  return all.some(goes) ? all.filter((own) => !goes(own)) : all;
}

function asCommandError(error: unknown): CommandError {
  return error instanceof CommandError ? error : new CommandError('internal', String(error));
}
