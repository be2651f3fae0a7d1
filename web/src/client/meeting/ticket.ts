import type { ApiClient } from '../apiClient';
import { JoinFailure } from '../joinFailure';
import type { Account } from '../memory/account';
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
  /** The identity of this tab's earlier stay as a guest, if any. */
  readonly identity: string | null;
  /** Who is signed in: they come as themselves, so that what is said there is in their own conversations. */
  readonly account: Account | null;
}

/** A token from the link if there is one, else the person's own if it is for this room, else from the development login. Fails with a `JoinFailure`. */
export async function obtainTicket(api: ApiClient, request: TicketRequest): Promise<Ticket> {
  const { room, name, linkToken, identity, account } = request;
  const token = linkToken ?? ownToken(account, room);
  if (token !== null) return { token, identity: readTokenClaimsUntrusted(token).identity };
  const { dev } = await api.appInfo();
  if (!dev) throw new JoinFailure('invitation_needed');
  const issued = await api.devToken({ room, name: account?.name ?? name, identity: account?.user ?? identity });
  return { token: issued.token, identity: issued.identity };
}

function ownToken(account: Account | null, room: string): string | null {
  const token = account?.token ?? null;
  return token !== null && readTokenClaimsUntrusted(token).room === room ? token : null;
}
