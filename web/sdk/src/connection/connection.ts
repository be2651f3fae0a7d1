import {
  type AnyEvent,
  type AnyReply,
  CLOSE_CODES,
  type Failed,
  type Goodbye,
  type Hello,
  MAX_FRAME_BYTES,
  MAX_POSITIONS,
  type Position,
  VERSION,
  type Welcome,
} from '../protocol';
import { type ReadableStore, Store } from '../stores/store';
import { Backoff } from './backoff';
import { closed, CommandError } from './commandError';
import type { ConnectionOptions } from './connectionOptions';
import type { CloseReason, ConnectionState } from './connectionState';
import { Dispatch, type Restored, type SendOptions } from './dispatch';
import { EventHub, type EventOf, type EventType } from './eventHub';
import { deviceId, newId } from './identifiers';
import { pageStorage } from './keyValueStorage';
import { Link } from './link';
import type { CommandType, Draft, ReplyOf } from './replyOf';
import { openWebSocket } from './socketLike';
import { TokenKeeper } from './tokenKeeper';
import { onWakeUp } from './wakeUps';

const MAX_EXPIRIES = 2;

/** A person's way to the server from one device: it comes back by itself, and what was sent is sent again then. */
export class Connection {
  readonly device: string;
  readonly url: string;
  /** Whether nobody is at this device now; the server is told at the next greeting. */
  idle = false;
  readonly #options: ConnectionOptions;
  readonly #state = new Store<ConnectionState>({ kind: 'idle' });
  readonly #welcome = new Store<Welcome | null>(null);
  readonly #dispatch: Dispatch;
  readonly #backoff: Backoff;
  readonly #tokens: TokenKeeper;
  readonly #events = new EventHub();
  readonly #positions = new Set<() => readonly Position[]>();
  #link: Link | null = null;
  #stopWatching: () => void = () => undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #askedUntilMs = 0;
  #expiries = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.url = options.url;
    this.device = options.device ?? deviceId(options.storage === undefined ? pageStorage() : options.storage);
    const random = options.random ?? Math.random;
    this.#backoff = new Backoff(random);
    this.#tokens = new TokenKeeper(options.getToken, random);
    const carrier = {
      isOnline: () => this.#state.get().kind === 'online',
      maxBytes: () => this.#welcome.get()?.max_frame_bytes ?? MAX_FRAME_BYTES,
      send: (text: string) => this.#sendNow(text),
      refreshToken: async () => this.#refreshToken(await this.#tokens.fetch()),
      random,
    };
    this.#dispatch = new Dispatch(carrier, options.commandStorage ?? null, options.outboxLimits ?? {});
  }

  get state(): ReadableStore<ConnectionState> {
    return this.#state;
  }

  /** The newest welcome: who one is, what the server allows. Kept through drops. */
  get welcome(): ReadableStore<Welcome | null> {
    return this.#welcome;
  }

  /** What an earlier page left to be sent. */
  get restored(): Promise<readonly Restored[]> {
    return this.#dispatch.restored;
  }

  connect(): void {
    const { kind } = this.#state.get();
    if (kind === 'connecting' || kind === 'online') return;
    clearTimeout(this.#retry);
    this.#stopWatching();
    this.#stopWatching = onWakeUp(() => this.wake());
    void this.#attempt();
  }

  /** Leaves. What waits is given up; messages that are kept in a `CommandStorage` are sent the next time. */
  close(): void {
    this.#close('left', 'The connection was closed.');
  }

  /** Looks after the connection at once, as after the device slept. */
  wake(): void {
    const { kind } = this.#state.get();
    if (kind === 'online') this.#link?.probe();
    if (kind === 'waiting' && Date.now() >= this.#askedUntilMs) {
      clearTimeout(this.#retry);
      void this.#attempt();
    }
  }

  /**
   * Sends a command, now or when the connection is back, and again after each drop until it is answered. Rejects with
   * `CommandError`. Messages wait for ever unless told otherwise; all else for 20 s.
   */
  send<T extends CommandType>(draft: Draft<T>, options: SendOptions = {}): Promise<ReplyOf<T>> {
    const state = this.#state.get();
    return state.kind === 'closed' ? Promise.reject(closed(state.message)) : this.#dispatch.send(draft, options);
  }

  /** Calls back for each event of a type. Returns how to stop. */
  on<T extends EventType>(type: T, listener: (event: EventOf<T>) => void): () => void {
    return this.#events.on(type, listener);
  }

  /** Calls back after each welcome; what waited has been sent then. Returns how to stop. */
  onWelcome(listener: (welcome: Welcome) => void): () => void {
    return this.#welcome.subscribe(() => {
      const welcome = this.#welcome.get();
      if (welcome !== null) listener(welcome);
    });
  }

  /** Whoever keeps conversations states up to where; all that came later is sent after each welcome. */
  statePositions(positions: () => readonly Position[]): () => void {
    this.#positions.add(positions);
    return () => this.#positions.delete(positions);
  }

  async #attempt(): Promise<void> {
    const state: ConnectionState = { kind: 'connecting', attempt: this.#backoff.failures + 1 };
    this.#state.set(state);
    let token: string;
    try {
      await this.restored;
      token = await this.#tokens.fetch();
    } catch (error) {
      if (this.#state.get() !== state) return;
      if (error instanceof CommandError && !error.retryable) this.#close(error.code, error.message);
      else this.#wait(0);
      return;
    }
    if (this.#state.get() !== state) return; // closed meanwhile
    const hello = this.#hello(token);
    const link: Link = new Link(this.#options.openSocket ?? openWebSocket, this.url, hello, {
      onReply: (reply) =>
        reply.id === hello.id ? this.#handleGreeting(link, reply) : this.#dispatch.handleReply(reply),
      onEvent: (event) => this.#handleEvent(event),
      onEnd: (code) => this.#handleEnd(link, code),
    });
    this.#link = link;
  }

  #hello(token: string): Hello {
    const positions = [...this.#positions].flatMap((state) => state()).slice(0, MAX_POSITIONS);
    const { client = 'tureen-client' } = this.#options;
    return { type: 'hello', id: newId(), token, device: this.device, version: VERSION, client, positions, idle: this.idle };
  }

  #handleGreeting(link: Link, reply: AnyReply): void {
    if (reply.type === 'failed') this.#handleRefusal(reply);
    if (reply.type !== 'welcome') return;
    link.handleWelcome();
    this.#backoff.reset();
    this.#expiries = 0;
    this.#dispatch.handleWelcome(reply.me.id, (text) => link.send(text));
    this.#tokens.keep(reply.server_time, (token) => this.#refreshToken(token));
    this.#state.set({ kind: 'online', session: reply.session, resumed: reply.resumed ?? false });
    this.#welcome.set(reply);
  }

  #handleRefusal({ code, message, retry_after_ms, retryable }: Failed): void {
    if (code === 'token_expired' && (this.#expiries += 1) <= MAX_EXPIRIES) this.#lose(0);
    else if (retryable === true) this.#lose(retry_after_ms ?? 0);
    else this.#close(code, message);
  }

  #handleEvent(event: AnyEvent): void {
    if (event.type === 'goodbye') this.#handleGoodbye(event);
    this.#events.tell(event);
  }

  #handleGoodbye({ reason, message, reconnect, retry_after_ms }: Goodbye): void {
    if (reconnect ?? true) this.#lose(retry_after_ms ?? 0);
    else this.#close(isCloseReason(reason) ? reason : 'closed', message ?? 'The server closed the connection.');
  }

  /** A server that could not say goodbye any more says by the code that one must not come back. */
  #handleEnd(link: Link, code: number | null): void {
    if (this.#link !== link) return;
    const reason = FINAL_CODES.get(code);
    if (reason === undefined) this.#lose(0);
    else this.#close(reason, 'The server closed the connection.');
  }

  #refreshToken(token: string): Promise<unknown> {
    return this.send({ type: 'token.refresh', token });
  }

  /** What cannot be sent now is sent after the next welcome. */
  #sendNow(text: string): void {
    if (this.#state.get().kind === 'online') this.#link?.send(text);
  }

  #lose(askedMs: number): void {
    this.#dropLink();
    this.#wait(askedMs);
    this.#dispatch.handleDrop();
  }

  #wait(askedMs: number): void {
    const delayMs = this.#backoff.next(askedMs);
    const retryAtMs = Date.now() + delayMs;
    this.#askedUntilMs = askedMs > 0 ? retryAtMs : 0;
    this.#state.set({ kind: 'waiting', attempt: this.#backoff.failures, retryAtMs });
    this.#retry = setTimeout(() => void this.#attempt(), delayMs);
  }

  #close(reason: CloseReason, message: string): void {
    this.#stopWatching();
    clearTimeout(this.#retry);
    this.#dropLink();
    this.#state.set({ kind: 'closed', reason, message });
    this.#dispatch.handleClose(message);
  }

  #dropLink(): void {
    const link = this.#link;
    this.#link = null;
    this.#tokens.stop();
    link?.end();
  }
}

const FINAL_CODES: ReadonlyMap<number | null, CloseReason> = new Map([
  [CLOSE_CODES.REPLACED, 'replaced'],
  [CLOSE_CODES.REVOKED, 'revoked'],
  [CLOSE_CODES.PROTOCOL, 'protocol'],
]);

const CLOSE_REASONS: readonly string[] = ['replaced', 'revoked', 'protocol', 'token_expired'] satisfies CloseReason[];

function isCloseReason(reason: string): reason is CloseReason {
  return CLOSE_REASONS.includes(reason);
}
