import type { ConversationEvent } from '../protocol';

/** Most events that are held while earlier ones are fetched; what is beyond is fetched again. */
const MAX_HELD = 500;

/**
 * Puts the events of one conversation in order: each once, none left out.
 *
 * Events come in any order, more than once, or not at all. Those that continue what is known are given out at once; those
 * that do not are held until the missing ones came. An event of another epoch makes the position void.
 */
export class Sequence {
  #epoch: string;
  #seq: number;
  readonly #held = new Map<number, ConversationEvent>();
  #foreign: ConversationEvent[] = [];

  constructor(epoch: string, seq: number) {
    this.#epoch = epoch;
    this.#seq = seq;
  }

  get epoch(): string {
    return this.#epoch;
  }

  /** Up to here everything has been given out. */
  get seq(): number {
    return this.#seq;
  }

  /** Whether events are missing before some that came. */
  get isGapped(): boolean {
    return this.#held.size > 0;
  }

  /** Whether the history is another one now: the position must be read anew. */
  get isVoid(): boolean {
    return this.#foreign.length > 0;
  }

  /** Takes an event, and gives out those that are due, in order. */
  offer(event: ConversationEvent): readonly ConversationEvent[] {
    if (event.epoch !== this.#epoch) {
      if (this.#foreign.length < MAX_HELD) this.#foreign.push(event);
      return [];
    }
    if (event.seq <= this.#seq) return [];
    this.#hold(event);
    return this.#due();
  }

  /** Goes on from another position. Gives out what was held and is due then. */
  restart(epoch: string, seq: number): readonly ConversationEvent[] {
    const held = [...this.#held.values(), ...this.#foreign];
    this.#epoch = epoch;
    this.#seq = seq;
    this.#held.clear();
    this.#foreign = [];
    for (const event of held) if (event.epoch === epoch && event.seq > seq) this.#hold(event);
    return this.#due();
  }

  #hold(event: ConversationEvent): void {
    this.#held.set(event.seq, event);
    if (this.#held.size > MAX_HELD) this.#held.delete(Math.max(...this.#held.keys()));
  }

  #due(): readonly ConversationEvent[] {
    const due: ConversationEvent[] = [];
    for (;;) {
      const next = this.#held.get(this.#seq + 1);
      if (next === undefined) return due;
      this.#held.delete(next.seq);
      this.#seq = next.seq;
      due.push(next);
    }
  }
}
