import type { CommandStorage } from './commandStorage';
import type { KeyValueStorage } from './keyValueStorage';
import type { OutboxLimits } from './outbox';
import type { OpenSocket } from './socketLike';

export interface ConnectionOptions {
  /** Of the native door, as `wss://example.org/v1/connect`. */
  readonly url: string;
  /**
   * Gives a token that is valid for a while yet; asked at each connection, and before a token expires. Is asked again
   * when it fails, unless with a `CommandError` that is not retryable: that closes the connection.
   */
  readonly getToken: () => Promise<string>;
  /** Name and version of the program, for the operator's logs. */
  readonly client?: string;
  /** Where the device's name is kept; `localStorage` unless told otherwise. Null: a new device each time. */
  readonly storage?: KeyValueStorage | null;
  /** The device's name, instead of one that is made up and kept. */
  readonly device?: string;
  /** Where messages that wait outlive the page, as `storedCommands(localStorage, user)`; absent: nowhere. */
  readonly commandStorage?: CommandStorage;
  /** Bounds of what may wait to be sent: 1,000 commands and 4 MiB unless told otherwise. */
  readonly outboxLimits?: Partial<OutboxLimits>;
  /** For programs without a global `WebSocket`, and for tests. */
  readonly openSocket?: OpenSocket;
  /** From 0 to 1, by chance. */
  readonly random?: () => number;
}
