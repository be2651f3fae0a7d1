import { Room, RoomEvent, type RoomOptions } from 'livekit-client';
import type { RoomMedia } from '@tureen/client';
import { LiveKitVisit } from './liveKitVisit';

export interface LiveKitOptions {
  /** For the room. Streams that adapt to how they are shown need the room's own elements: off unless told otherwise. */
  readonly room?: RoomOptions;
  /** Hands out the room before it connects, for what goes beyond a call's tracks. */
  readonly onRoom?: (room: Room) => void;
  /** For tests. */
  readonly createRoom?: (options: RoomOptions) => Room;
}

/** The way into rooms with `livekit-client`. */
export function liveKitMedia(options: LiveKitOptions = {}): RoomMedia {
  const { createRoom = (settings: RoomOptions) => new Room(settings) } = options;
  return {
    join: async ({ ticket, server, local, listener }) => {
      const room = createRoom({ adaptiveStream: false, dynacast: true, ...options.room, stopLocalTrackOnUnpublish: false });
      options.onRoom?.(room);
      const visit = new LiveKitVisit(room, listener);
      let sending: Promise<unknown> = Promise.resolve();
      // Tracks are announced while the connection for their media still opens.
      room.once(RoomEvent.SignalConnected, () => {
        sending = Promise.allSettled([...local].map(([source, track]) => visit.setTrack(source, track)));
      });
      try {
        await room.connect(ticket.url === undefined || ticket.url === '' ? server : ticket.url, ticket.token);
        // What cannot be published now is tried again with the next `setTrack`; the others come in all the same.
        await sending;
      } catch (error) {
        await visit.leave();
        throw error;
      }
      return visit;
    },
  };
}
