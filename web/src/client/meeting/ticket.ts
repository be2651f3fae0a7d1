import type { ApiClient } from '../apiClient';
import { JoinFailure } from '../joinFailure';
import { readTokenClaimsUntrusted } from '../rooms/tokenClaims';

/** What opens the door of a room. */
export interface Ticket {
  readonly token: string;
  readonly identity: string | null;
}

export interface TicketRequest {
  readonly room: string;
  readonly name: string;
  /** The token that came with the link, if any. */
  readonly linkToken: string | null;
  /** The identity of this tab's earlier stay, if any. */
  readonly identity: string | null;
}

/** A token from the link if there is one, else from the development login. Fails with a `JoinFailure`. */
export async function obtainTicket(api: ApiClient, request: TicketRequest): Promise<Ticket> {
  const { room, name, linkToken, identity } = request;
  if (linkToken !== null) return { token: linkToken, identity: readTokenClaimsUntrusted(linkToken).identity };
  const { dev } = await api.appInfo();
  if (!dev) throw new JoinFailure('invitation_needed');
  const issued = await api.devToken({ room, name, identity });
  return { token: issued.token, identity: issued.identity };
}
