import { CommandError } from '../connection/commandError';
import type { Connection } from '../connection/connection';
import type { ConversationEvent, Position } from '../protocol';
import { Sequence } from './sequence';

const PAGE = 200;
/** What the server says is there may still be on its way; only after this long it counts as missing. */
const LATE_MS = 1_000;
const RETRY_MS = 2_000;

export interface FeedTarget {
  /** Each event once, in order. */
  readonly apply: (event: ConversationEvent) => void;
  /** The position is void: read everything anew, and say where it stands then. */
  readonly reload: () => Promise<{ readonly epoch: string; readonly seq: number }>;
}

/** The events of one conversation, without gaps: what does not come by itself is asked for. */
export class Feed {
  readonly #connection: Connection;
  readonly #conversation: string;
  readonly #target: FeedTarget;
  readonly #sequence: Sequence;
  #head = 0;
  #isVoid = false;
  #closing = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  constructor(connection: Connection, { conversation, epoch, seq }: Position, target: FeedTarget) {
    this.#connection = connection;
    this.#conversation = conversation;
    this.#target = target;
    this.#sequence = new Sequence(epoch, seq);
  }

  get position(): Position {
    return { conversation: this.#conversation, epoch: this.#sequence.epoch, seq: this.#sequence.seq };
  }

  handleEvent(event: ConversationEvent): void {
    this.#apply(this.#sequence.offer(event));
    if (this.#sequence.isGapped || this.#sequence.isVoid) void this.#close();
  }

  /** The server cannot continue from here. */
  handleVoid(): void {
    this.#isVoid = true;
    void this.#close();
  }

  /** The newest event has this position, as the server says elsewhere. */
  handleHead(epoch: string, seq: number): void {
    if (epoch !== this.#sequence.epoch) {
      this.handleVoid();
      return;
    }
    this.#head = Math.max(this.#head, seq);
    if (seq > this.#sequence.seq) this.#timer ??= setTimeout(() => void this.#close(), LATE_MS);
  }

  end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  #apply(events: readonly ConversationEvent[]): void {
    for (const event of events) this.#target.apply(event);
  }

  #isBehind(): boolean {
    const { isVoid, isGapped, seq } = this.#sequence;
    return !this.#over && (this.#isVoid || isVoid || isGapped || this.#head > seq);
  }

  /** Asks until nothing is missing; one question at a time. */
  async #close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#closing) return;
    this.#closing = true;
    try {
      while (this.#isBehind()) await this.#ask();
    } catch (error) {
      // Whatever may pass is tried again; a conversation that one may not see any more stays as it is.
      const mayPass = !(error instanceof CommandError) || error.retryable;
      if (mayPass && this.#isBehind()) this.#timer ??= setTimeout(() => void this.#close(), RETRY_MS);
    } finally {
      this.#closing = false;
    }
  }

  async #ask(): Promise<void> {
    const { epoch, seq } = this.#sequence;
    if (this.#isVoid || this.#sequence.isVoid) return this.#reload();
    const { type, limit } = { type: 'events.get', limit: PAGE } as const;
    const reply = await this.#connection.send({ type, limit, conversation: this.#conversation, epoch, after: seq });
    const isContinued = (reply.recovered ?? true) && reply.epoch === epoch;
    // Nothing to be had, though there should be: the position makes no sense to the server.
    const isStuck = isContinued && reply.events.length === 0 && this.#sequence.seq === seq;
    if (!isContinued || isStuck) return this.#reload();
    for (const event of reply.events) this.#apply(this.#sequence.offer(event));
  }

  async #reload(): Promise<void> {
    const { epoch, seq } = await this.#target.reload();
    this.#isVoid = false;
    this.#head = seq;
    this.#apply(this.#sequence.restart(epoch, seq));
  }
}
