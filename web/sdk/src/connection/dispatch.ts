import type { AnyCommand, AnyReply } from '../protocol';
import { closed, CommandError, offline } from './commandError';
import type { CommandStorage } from './commandStorage';
import { newId } from './identifiers';
import { Outbox, type OutboxLimits } from './outbox';
import { Refusals, type Resending } from './refusals';
import type { CommandType, Draft, ReplyOf } from './replyOf';

const LIMITS: OutboxLimits = { commands: 1_000, bytes: 4 * 1024 * 1024 };
const PATIENCE_MS = 20_000;

export interface SendOptions {
  /** How long to wait for the answer, over drops and reconnects; 0: only if it can be sent now, and never again. */
  readonly patienceMs?: number;
}

/** A message that an earlier page left behind, and what becomes of it. */
export interface Restored {
  readonly command: AnyCommand;
  readonly reply: Promise<AnyReply>;
}

export interface Carrier extends Resending {
  /** Whether what is sent now arrives now. */
  readonly isOnline: () => boolean;
  /** Largest command that the server takes. */
  readonly maxBytes: () => number;
}

/** Commands on their way, from being given to being answered; drops of the connection lie between. */
export class Dispatch {
  /** What an earlier page left to be sent. */
  readonly restored: Promise<readonly Restored[]>;
  readonly #outbox: Outbox;
  readonly #refusals: Refusals;
  readonly #carrier: Carrier;
  readonly #storage: CommandStorage | null;

  constructor(carrier: Carrier, storage: CommandStorage | null, limits: Partial<OutboxLimits>) {
    this.#carrier = carrier;
    this.#storage = storage;
    this.#outbox = new Outbox({ ...LIMITS, ...limits }, storage);
    this.#refusals = new Refusals(this.#outbox, carrier);
    this.restored = this.#restore();
  }

  async send<T extends CommandType>(draft: Draft<T>, options: SendOptions): Promise<ReplyOf<T>> {
    const command = { ...draft, id: draft.id ?? newId() } as unknown as AnyCommand;
    const { id } = command;
    const patienceMs = options.patienceMs ?? (command.type === 'message.send' ? Infinity : PATIENCE_MS);
    const volatile = patienceMs === 0;
    if (volatile && !this.#carrier.isOnline()) throw offline();
    const waiting = this.#outbox.add(command, volatile);
    if (waiting.bytes > this.#carrier.maxBytes()) {
      this.#outbox.reject(id, new CommandError('too_large', 'The command is larger than the server takes.'));
    } else {
      if (patienceMs !== Infinity) this.#outbox.limit(id, volatile ? PATIENCE_MS : patienceMs, offline);
      this.#carrier.send(waiting.text);
    }
    return (await waiting.reply) as ReplyOf<T>;
  }

  handleReply(reply: AnyReply): void {
    if (reply.type !== 'failed') {
      this.#outbox.resolve(reply);
      return;
    }
    const waiting = this.#outbox.find(reply.id);
    if (waiting === undefined || this.#refusals.handleFailed(waiting, reply)) return;
    this.#outbox.reject(reply.id, CommandError.of(reply));
  }

  /** A new connection: everything that waits, in its order. What another user wrote is never sent as this one. */
  handleWelcome(user: string, send: (text: string) => void): void {
    const foreign = this.#storage !== null && this.#storage.user !== user;
    for (const { command, text } of this.#outbox.all()) {
      if (!foreign || command.type !== 'message.send') send(text);
      else this.#outbox.reject(command.id, new CommandError('forbidden', 'Another user wrote this.'));
    }
  }

  handleDrop(): void {
    for (const { command, volatile } of this.#outbox.all()) if (volatile) this.#outbox.reject(command.id, offline());
  }

  handleClose(message: string): void {
    this.#outbox.rejectAll(closed(message));
  }

  async #restore(): Promise<readonly Restored[]> {
    const commands = await (this.#storage?.load() ?? Promise.resolve([])).catch(() => []);
    return commands.map((command) => {
      const { reply } = this.#outbox.add(command);
      reply.catch(() => undefined); // whoever wants to know asks `restored`
      return { command, reply };
    });
  }
}
