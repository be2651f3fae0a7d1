import type { FailureCode } from './commandError';

/**
 * Where the connection stands:
 *
 *     idle --connect--> connecting --welcome--> online
 *                        ^      |                 |
 *                        |      +----> waiting <--+ lost, or the server said goodbye
 *                        +----------------+
 *
 * Whoever closes it, and a server that wants no return, lead to `closed`; `connect` begins anew from there.
 */
export type ConnectionState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting'; readonly attempt: number }
  | { readonly kind: 'online'; readonly session: string; readonly resumed: boolean }
  | { readonly kind: 'waiting'; readonly attempt: number; readonly retryAtMs: number }
  | { readonly kind: 'closed'; readonly reason: CloseReason; readonly message: string };

/** `left`: by `close`. `replaced`: the same device has another connection, as in another tab. */
export type CloseReason = 'left' | 'replaced' | 'revoked' | 'protocol' | FailureCode;
