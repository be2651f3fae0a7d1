import type { Connection } from '../connection/connection';
import type { Call, CallMedia as Medium, LegState, MediaPath as PathKind, Welcome } from '../protocol';
import { Listeners } from '../stores/listeners';
import { type ReadableStore, Store } from '../stores/store';
import { CallSession } from './callSession';
import type { CallsOptions } from './callsOptions';
import { pathMaker } from './pathMaker';

export interface StartOptions {
  readonly media?: Medium;
  /** Where the call leaves its trace, instead of the direct conversation. */
  readonly conversation?: string;
  readonly path?: PathKind;
}

const MAX_ENDED = 32;

/** The open calls of a person. */
export class Calls {
  readonly #connection: Connection;
  readonly #options: CallsOptions;
  readonly #open = new Store<readonly CallSession[]>([]);
  readonly #incoming = new Listeners<CallSession>();
  readonly #stops: (() => void)[];
  /** Calls that this page starts just now: their record may come before the answer. */
  #starting = 0;
  /** The last ones that ended: an answer that was sent before may come after. */
  readonly #ended = new Map<string, Call>();

  constructor(connection: Connection, options: CallsOptions = {}) {
    this.#connection = connection;
    this.#options = options;
    this.#stops = [
      connection.on('call.changed', ({ call, leg }) => this.#take(call, (leg ?? null) as LegState | null)),
      connection.on('call.signal', (signal) => this.#find(signal.call)?.handleSignal(signal)),
      connection.onWelcome((welcome) => this.#handleWelcome(welcome)),
    ];
    const welcome = connection.welcome.get();
    if (welcome !== null) this.#handleWelcome(welcome);
  }

  /** Those that are not over, newest first; those on the person's other devices too. */
  get open(): ReadableStore<readonly CallSession[]> {
    return this.#open;
  }

  /** Calls somebody, or many. */
  async start(users: readonly string[], { media = 'audio', conversation, path }: StartOptions = {}): Promise<CallSession> {
    const optional = { ...(conversation !== undefined && { conversation }), ...(path !== undefined && { path }) };
    this.#starting += 1;
    try {
      const { call } = await this.#connection.send({ type: 'call.start', users: [...users], media, ...optional });
      this.#find(call.id)?.handleStarted(call); // both called at once: one call is left, which may have rung here
      return this.#take(call) ?? this.#make(this.#ended.get(call.id) ?? call, true);
    } finally {
      this.#starting -= 1;
    }
  }

  /** Calls back for each call that comes in, at once for those that ring already. The caller hears that it rings here. */
  onIncoming(listener: (call: CallSession) => void): () => void {
    const stop = this.#incoming.add(listener);
    for (const session of this.#open.get()) {
      if (session.phase.get() !== 'incoming') continue;
      listener(session);
      this.#tellRinging(session);
    }
    return stop;
  }

  /** Calls that were, newest first; `before` in Unix milliseconds. */
  async history(before: number | null = null, limit = 50): Promise<readonly Call[]> {
    const where = before === null ? {} : { before };
    return (await this.#connection.send({ type: 'call.history', limit, ...where })).calls;
  }

  /** Stops listening and ends the media of this device; calls are not hung up by it. */
  end(): void {
    for (const stop of this.#stops) stop();
    for (const session of this.#open.get()) session.media.end();
  }

  #find(id: string): CallSession | undefined {
    return this.#open.get().find((session) => session.id === id);
  }

  /** `leg`: of this device; undefined where that is not told. */
  #take(call: Call, leg?: LegState | null): CallSession | null {
    const isOwn = this.#starting > 0 && call.parties.some(({ device }) => device === this.#connection.device);
    const known = this.#find(call.id);
    if (known !== undefined) {
      if (isOwn && known.phase.get() === 'incoming') known.handleStarted(call);
      known.handleRecord(call, leg);
      return known;
    }
    if (call.state === 'ended') this.#remember(call);
    if (this.#ended.has(call.id)) return null;
    const session = this.#make(call, isOwn, leg);
    this.#open.update((open) => [session, ...open]);
    session.phase.subscribe(() => this.#handlePhase(session));
    if (session.phase.get() === 'incoming') this.#ring(session);
    return session;
  }

  #make(call: Call, isHere: boolean, leg: LegState | null = null): CallSession {
    const maker = pathMaker(this.#connection, call.id, this.#options);
    return new CallSession(this.#connection, call, { isHere, leg }, maker);
  }

  #remember(call: Call): void {
    this.#ended.set(call.id, call);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > MAX_ENDED && oldest !== undefined) this.#ended.delete(oldest);
  }

  #ring(session: CallSession): void {
    this.#tell('call.delivered', session);
    this.#incoming.tell(session);
    if (this.#incoming.size > 0) this.#tellRinging(session);
  }

  #tellRinging(session: CallSession): void {
    if (session.phase.get() === 'incoming') this.#tell('call.ringing', session);
  }

  #tell(type: 'call.delivered' | 'call.ringing', { id: call }: CallSession): void {
    this.#connection.send({ type, call }).catch(() => undefined); // the record says what came of the call
  }

  #handlePhase(session: CallSession): void {
    const phase = session.phase.get();
    if (phase === 'incoming') this.#ring(session); // who left was called again
    if (phase !== 'ended') return;
    this.#remember(session.record.get());
    this.#open.update((open) => open.filter((one) => one !== session));
  }

  #handleWelcome({ calls = [] }: Welcome): void {
    const known = new Set(calls.map(({ id }) => id));
    for (const session of this.#open.get()) if (!known.has(session.id)) session.handleLost();
    for (const call of calls) this.#take(call);
    for (const session of this.#open.get()) session.handleWelcome();
  }
}
