import type { AnyEvent, AnyReply, Hello } from '../protocol';
import { type Frame, FrameError, readFrameUntrusted } from './frame';
import { newId } from './identifiers';
import { Liveness } from './liveness';
import type { OpenSocket, SocketLike } from './socketLike';

const OPENING_MS = 10_000;

export interface LinkListener {
  readonly onReply: (reply: AnyReply) => void;
  readonly onEvent: (event: AnyEvent) => void;
  /** Once, however it ended; nothing follows. */
  readonly onEnd: () => void;
}

/** One WebSocket, from its opening to its end: greets, notices silence, and reads frames. */
export class Link {
  readonly #socket: SocketLike;
  readonly #listener: LinkListener;
  readonly #liveness = new Liveness(
    () => this.send(JSON.stringify({ type: 'ping', id: newId() })),
    () => this.end(),
  );
  #opening: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  constructor(openSocket: OpenSocket, url: string, hello: Hello, listener: LinkListener) {
    this.#listener = listener;
    this.#opening = setTimeout(() => this.end(), OPENING_MS);
    this.#socket = openSocket(url);
    this.#socket.onopen = () => this.send(JSON.stringify(hello));
    this.#socket.onmessage = ({ data }) => this.#handleData(data);
    this.#socket.onclose = () => this.end();
  }

  send(text: string): void {
    if (!this.#over) this.#socket.send(text);
  }

  /** Whether the server is still there. */
  probe(): void {
    if (this.#opening === undefined) this.#liveness.probe();
  }

  /** The server has welcomed: from now on silence is watched. */
  handleWelcome(): void {
    clearTimeout(this.#opening);
    this.#opening = undefined;
    this.#liveness.handleHeard();
  }

  end(): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#opening);
    this.#liveness.stop();
    this.#socket.close(1000);
    this.#listener.onEnd();
  }

  #handleData(data: unknown): void {
    if (this.#over) return;
    if (this.#opening === undefined) this.#liveness.handleHeard();
    const frame = readOrNull(data);
    if (frame === null) this.end();
    else if (frame.kind === 'reply') this.#listener.onReply(frame.reply);
    else this.#listener.onEvent(frame.event);
  }
}

function readOrNull(data: unknown): Frame | null {
  try {
    return readFrameUntrusted(data);
  } catch (error) {
    if (error instanceof FrameError) return null;
    throw error;
  }
}
