import type { Connection } from '../connection/connection';
import type { Call, CallMedia as Medium, LegState, MediaPath as PathKind, PartyState, Welcome } from '../protocol';
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
const INVOLVED: readonly PartyState[] = ['called', 'ringing', 'joined', 'reconnecting'];

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
  /** Conversations that were left while this listens: calls there are of interest while one is in them. */
  readonly #gone = new Set<string>();

  constructor(connection: Connection, options: CallsOptions = {}) {
    this.#connection = connection;
    this.#options = options;
    this.#stops = [
      connection.on('call.changed', ({ call, leg }) => this.#take(call, (leg ?? null) as LegState | null)),
      connection.on('call.signal', (signal) => this.#find(signal.call)?.handleSignal(signal)),
      connection.on('conversation.gone', ({ conversation }) => this.#handleGone(conversation)),
      connection.on('conversation.changed', ({ conversation }) => this.#gone.delete(conversation.id)),
      connection.onWelcome((welcome) => this.#handleWelcome(welcome)),
    ];
    const welcome = connection.welcome.get();
    if (welcome !== null) this.#handleWelcome(welcome);
  }

  /** Those that are not over, newest first; those on the person's other devices, and of groups where nobody called them, too. */
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
    // One that was lost here may be seen again, as it was then.
    if (call.state === 'ended' || (this.#ended.get(call.id)?.version ?? 0) > call.version) return null;
    if (!this.#concerns(call)) return null;
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
    if (phase === 'elsewhere' && !this.#concerns(session.record.get())) this.#drop(session);
    if (phase !== 'ended') return;
    this.#remember(session.record.get());
    this.#drop(session);
  }

  #drop(session: CallSession): void {
    this.#open.update((open) => open.filter((one) => one !== session));
  }

  /** Whether one may come into it, is in it, or it rings. */
  #concerns({ conversation, parties }: Call): boolean {
    if (conversation == null || !this.#gone.has(conversation)) return true;
    const me = this.#connection.welcome.get()?.me.id;
    return parties.some(({ user, state }) => user === me && INVOLVED.includes(state));
  }

  #handleGone(conversation: string): void {
    this.#gone.add(conversation);
    for (const session of this.#open.get()) if (!this.#concerns(session.record.get())) this.#drop(session);
  }

  #handleWelcome({ calls = [] }: Welcome): void {
    const known = new Set(calls.map(({ id }) => id));
    for (const session of this.#open.get()) if (!known.has(session.id)) session.handleLost();
    for (const call of calls) this.#take(call);
    for (const session of this.#open.get()) session.handleWelcome();
  }
}
