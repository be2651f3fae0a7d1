import type { SeatMemory } from '../client/memory/seat';
import { readRoomPathUntrusted, readTokenFragmentUntrusted } from '../client/rooms/roomLink';
import { readTokenClaimsUntrusted } from '../client/rooms/tokenClaims';

/**
 * Takes a token out of the address bar and into the tab's memory, once, so that it is neither shared with a copied
 * address nor kept in the history. True when there was one.
 */
export function admitToken(seats: SeatMemory, location: Location, history: History): boolean {
  const token = readTokenFragmentUntrusted(location.hash);
  const room = readRoomPathUntrusted(location.pathname);
  if (token === null || room === null) return false;
  history.replaceState(history.state, '', location.pathname + location.search);
  const { identity } = readTokenClaimsUntrusted(token);
  const samePerson = identity !== null && identity === seats.read(room).identity;
  seats.change(room, { token, identity, ...(samePerson ? {} : { inside: false }) });
  return true;
}
