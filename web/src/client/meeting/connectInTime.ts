import type { Room } from 'livekit-client';
import { JoinFailure } from '../joinFailure';
import { classifyConnectError } from './connectFailure';

const PATIENCE_MS = 25_000;

/**
 * Connects, or fails with a `JoinFailure` in bounded time. LiveKit's client alone would try for ever against a server
 * that answers but has no signaling door (404): the person would look at "Joining" until they give up.
 */
export async function connectInTime(room: Room, url: string, token: string): Promise<void> {
  const patience = new AbortController();
  const timer = setTimeout(() => {
    patience.abort();
    void room.disconnect();
  }, PATIENCE_MS);
  try {
    await room.connect(url, token);
  } catch (error) {
    throw patience.signal.aborted ? new JoinFailure('server_unreachable', undefined, error) : classifyConnectError(error);
  } finally {
    clearTimeout(timer);
  }
}
