import type { AnyCommand, AnyReply, MessageSend } from '../protocol';
import { CommandError } from './commandError';
import type { CommandStorage } from './commandStorage';

/** Most commands, and most bytes of them, that may wait for their answer. */
export interface OutboxLimits {
  readonly commands: number;
  readonly bytes: number;
}

/** A command that waits for its answer; sent or not makes no difference, for it is sent again after a reconnect. */
export interface Waiting {
  readonly command: AnyCommand;
  readonly text: string;
  readonly bytes: number;
  readonly reply: Promise<AnyReply>;
  /** Worth nothing after a drop. */
  readonly volatile: boolean;
  /** How often it was refused with an error that may pass. */
  refusals: number;
}

interface Entry extends Waiting {
  readonly resolve: (reply: AnyReply) => void;
  readonly reject: (error: Error) => void;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Commands in the order in which they were given, each until it is answered. */
export class Outbox {
  readonly #entries = new Map<string, Entry>();
  readonly #limits: OutboxLimits;
  readonly #storage: CommandStorage | null;
  #bytes = 0;
  #unsaved = false;

  constructor(limits: OutboxLimits, storage: CommandStorage | null) {
    this.#limits = limits;
    this.#storage = storage;
  }

  /** All that wait, oldest first. */
  all(): readonly Waiting[] {
    return [...this.#entries.values()];
  }

  find(id: string): Waiting | undefined {
    return this.#entries.get(id);
  }

  /** Takes a command in. Throws `CommandError` (`queue_full`) where the bounds are reached. */
  add(command: AnyCommand, volatile = false): Waiting {
    const known = this.#entries.get(command.id);
    if (known !== undefined) return known;
    const text = JSON.stringify(command);
    const bytes = byteLength(text);
    if (this.#entries.size >= this.#limits.commands || this.#bytes + bytes > this.#limits.bytes) {
      throw new CommandError('queue_full', 'Too much waits to be sent.', { retryable: true });
    }
    const entry: Entry = { command, text, bytes, volatile, ...deferred(), refusals: 0, timer: undefined };
    this.#entries.set(command.id, entry);
    this.#bytes += bytes;
    this.#save(command);
    return entry;
  }

  /** Gives a command up after some time. */
  limit(id: string, patienceMs: number, error: () => CommandError): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => this.reject(id, error()), patienceMs);
  }

  resolve(reply: AnyReply): void {
    this.#take(reply.id)?.resolve(reply);
  }

  reject(id: string, error: Error): void {
    this.#take(id)?.reject(error);
  }

  /** Gives everything up. What is stored stays stored, for the next page. */
  rejectAll(error: Error): void {
    if (this.#unsaved) this.#saveNow();
    for (const entry of this.#entries.values()) {
      clearTimeout(entry.timer);
      entry.reject(error);
    }
    this.#entries.clear();
    this.#bytes = 0;
  }

  #take(id: string): Entry | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    clearTimeout(entry.timer);
    this.#entries.delete(id);
    this.#bytes -= entry.bytes;
    this.#save(entry.command);
    return entry;
  }

  /** Once per turn of the loop, however many came and went in it. */
  #save(changed: AnyCommand): void {
    if (this.#storage === null || changed.type !== 'message.send' || this.#unsaved) return;
    this.#unsaved = true;
    queueMicrotask(() => {
      if (this.#unsaved) this.#saveNow();
    });
  }

  #saveNow(): void {
    this.#unsaved = false;
    const messages = [...this.#entries.values()].map((entry) => entry.command).filter(isMessage);
    this.#storage?.save(messages).catch(() => undefined); // what cannot be kept is still sent while the page lives
  }
}

function deferred(): Pick<Entry, 'reply' | 'resolve' | 'reject'> {
  let resolve!: Entry['resolve'];
  let reject!: Entry['reject'];
  const reply = new Promise<AnyReply>((resolvePromise, rejectPromise) => {
    resolve = resolvePromise;
    reject = rejectPromise;
  });
  return { reply, resolve, reject };
}

function isMessage(command: AnyCommand): command is MessageSend {
  return command.type === 'message.send';
}

const ENCODER = new TextEncoder();

function byteLength(text: string): number {
  return ENCODER.encode(text).length;
}
