import type { RoomMedia } from '@tureen/client';

/** The way into rooms; its code is most of the app's size, so it comes when a call needs it. */
export const lazyRoom: RoomMedia = {
  join: async (entry) => (await load()).liveKitMedia().join(entry),
};

/** Fetches the code ahead of its need: a call that moves to the media server does not wait for it. */
export function prepareRoom(): void {
  load().catch(() => undefined); // joining tries again
}

function load(): Promise<typeof import('@tureen/client/livekit')> {
  return import('@tureen/client/livekit');
}
