import { vi } from 'vitest';
import { Connection } from '../src/connection/connection';
import type { ConnectionOptions } from '../src/connection/connectionOptions';
import type { SocketLike } from '../src/connection/socketLike';
import type { AnyCommand, AnyEvent, AnyReply, Hello, Welcome } from '../src/protocol';

type WithoutId<T> = T extends AnyReply ? Omit<T, 'id'> : never;
export type Answer = WithoutId<AnyReply>;
type Handler = (command: never) => Answer | null;

/** One socket as the server sees it. */
export class FakeSocket implements SocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((message: { readonly data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly received: AnyCommand[] = [];
  isClosed = false;
  readonly #server: FakeServer;

  constructor(server: FakeServer) {
    this.#server = server;
  }

  send(text: string): void {
    if (this.isClosed) return;
    const command = JSON.parse(text) as AnyCommand;
    this.received.push(command);
    this.#server.handleCommand(this, command);
  }

  close(): void {
    this.isClosed = true;
  }

  deliver(message: AnyEvent | AnyReply): void {
    if (!this.isClosed) this.onmessage?.({ data: JSON.stringify(message) });
  }

  /** The network takes it away. */
  drop(): void {
    this.isClosed = true;
    this.onclose?.();
  }
}

/** A server of the test's making: answers by table what it is told to answer, in a later turn of the loop. */
export class FakeServer {
  readonly sockets: FakeSocket[] = [];
  readonly handlers = new Map<AnyCommand['type'], Handler>();
  welcome: Omit<Welcome, 'id' | 'type'> = {
    session: 's1',
    me: { id: 'anna', name: 'Anna' },
    server_time: 0,
    max_frame_bytes: 65_536,
    grace_ms: 10_000,
  };
  /** Sockets open, or stay mute. */
  isReachable = true;
  /** Answers, or says nothing, as a half-open connection. */
  isMute = false;

  constructor() {
    this.on('hello', () => ({ ...this.welcome, type: 'welcome', server_time: Date.now() }));
    this.on('ping', () => ({ type: 'done' }));
  }

  on<T extends AnyCommand['type']>(
    type: T,
    handler: (command: Extract<AnyCommand, { readonly type: T }>) => Answer | null,
  ): void {
    this.handlers.set(type, handler);
  }

  readonly open = (): SocketLike => {
    const socket = new FakeSocket(this);
    this.sockets.push(socket);
    queueMicrotask(() => (this.isReachable ? socket.onopen?.() : socket.drop()));
    return socket;
  };

  get socket(): FakeSocket {
    const last = this.sockets.at(-1);
    if (last === undefined) throw new Error('There is no socket yet.');
    return last;
  }

  get hello(): Hello {
    const first = this.socket.received[0];
    if (first?.type !== 'hello') throw new Error('There was no hello.');
    return first;
  }

  /** Commands of a type that came over the newest socket. */
  received<T extends AnyCommand['type']>(type: T): readonly Extract<AnyCommand, { readonly type: T }>[] {
    return this.socket.received.filter((one): one is Extract<AnyCommand, { readonly type: T }> => one.type === type);
  }

  tell(event: AnyEvent): void {
    this.socket.deliver(event);
  }

  handleCommand(socket: FakeSocket, command: AnyCommand): void {
    if (this.isMute) return;
    const answer = this.handlers.get(command.type)?.(command as never);
    if (answer === undefined || answer === null) return;
    queueMicrotask(() => socket.deliver({ ...answer, id: command.id }));
  }
}

export function connectionTo(server: FakeServer, options: Partial<ConnectionOptions> = {}): Connection {
  return new Connection({
    url: 'ws://test/native',
    getToken: () => Promise.resolve('token'),
    storage: null,
    device: 'laptop',
    openSocket: server.open,
    random: () => 0.5,
    ...options,
  });
}

/** Connects and waits for the welcome. Needs fake timers. */
export async function online(server: FakeServer, options: Partial<ConnectionOptions> = {}): Promise<Connection> {
  const connection = connectionTo(server, options);
  connection.connect();
  await settle();
  return connection;
}

/** Lets everything happen that is due, without letting time pass. */
export async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
  await vi.advanceTimersByTimeAsync(0);
}
