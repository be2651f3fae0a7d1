import { type RemoteTrack, type Room, RoomEvent, Track } from 'livekit-client';

/** How long the page has to show a picture that has just come. */
const GRACE_MS = 400;

/**
 * Tells the server to hold back the pictures that no tile shows, as those of people on another page. LiveKit's client
 * does so by itself when a picture goes out of sight, but not for one that never was in sight: it is made to look once.
 */
export function holdBackUnseen(room: Room): void {
  room.on(RoomEvent.TrackSubscribed, (track: RemoteTrack) => {
    if (track.kind !== Track.Kind.Video) return;
    setTimeout(() => {
      if (track.attachedElements.length === 0) track.setStreamState(track.streamState);
    }, GRACE_MS);
  });
}
