import { type AccountStore, accountOfToken } from '../client/memory/account';
import type { SeatMemory } from '../client/memory/seat';
import { readRoomPathUntrusted, readTokenFragmentUntrusted } from '../client/rooms/roomLink';
import { readTokenClaimsUntrusted } from '../client/rooms/tokenClaims';

/**
 * Takes a token out of the address bar and into the tab's memory, once, so that it is neither shared with a copied
 * address nor kept in the history. True when there was one.
 */
export function admitToken(seats: SeatMemory, account: AccountStore, location: Location, history: History): boolean {
  const token = readTokenFragmentUntrusted(location.hash);
  if (token === null) return false;
  const room = readRoomPathUntrusted(location.pathname);
  const person = room === null ? accountOfToken(token) : null;
  if (room === null && person === null) return false;
  history.replaceState(history.state, '', location.pathname + location.search);
  if (person !== null) account.signIn(person);
  if (room !== null) {
    const { identity } = readTokenClaimsUntrusted(token);
    const samePerson = identity !== null && identity === seats.read(room).identity;
    seats.change(room, { token, identity, ...(samePerson ? {} : { inside: false }) });
  }
  return true;
}
