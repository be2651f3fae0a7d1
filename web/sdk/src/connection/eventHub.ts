import type { AnyEvent } from '../protocol';
import { Listeners } from '../stores/listeners';

export type EventType = AnyEvent['type'];
export type EventOf<T extends EventType> = Extract<AnyEvent, { readonly type: T }>;

/** Passes each event to those who listen to its type. Types that nobody knows go nowhere. */
export class EventHub {
  readonly #byType = new Map<string, Listeners<AnyEvent>>();

  on<T extends EventType>(type: T, listener: (event: EventOf<T>) => void): () => void {
    const listeners = this.#byType.get(type) ?? new Listeners<AnyEvent>();
    this.#byType.set(type, listeners);
    return listeners.add(listener as (event: AnyEvent) => void);
  }

  tell(event: AnyEvent): void {
    this.#byType.get(event.type)?.tell(event);
  }
}
