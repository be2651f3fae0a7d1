import { roomPath } from '../client/rooms/roomLink';
import { makeRoomName } from '../client/rooms/roomName';
import { useServices } from './services';

/** Makes a room and goes in. */
export function useNewMeeting(): () => void {
  const { router, preferences, seats } = useServices();
  return () => {
    const room = makeRoomName((into) => void crypto.getRandomValues(into as Uint32Array<ArrayBuffer>));
    const { microphoneOn, cameraOn } = preferences.get();
    // Nobody else is in a new room: its maker goes straight in, and what the camera shows is a preview all the same.
    seats.change(room, { inside: true, microphoneOn, cameraOn });
    router.go(roomPath(room));
  };
}
