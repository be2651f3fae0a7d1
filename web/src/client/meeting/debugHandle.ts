import type { Room } from 'livekit-client';
import type { ApiClient } from '../apiClient';

declare global {
  interface Window {
    /** The LiveKit room, for statistics in tests and in the console; absent in production without `?debug`. */
    tureenRoom?: Room;
  }
}

export async function exposeRoom(room: Room, api: ApiClient): Promise<void> {
  const asked = new URLSearchParams(window.location.search).has('debug');
  const dev = asked || (await api.appInfo().catch(() => ({ dev: false }))).dev;
  if (dev) window.tureenRoom = room;
}
