import { LocalVideoTrack, type Room, RoomEvent, Track, VideoQuality } from 'livekit-client';
import type { PreferenceStore } from '../memory/preferences';
import { tileKey } from '../stage/tiles';
import { SavedCamera } from './savedCamera';

/**
 * The bandwidth saver: of the others' pictures only the one on the stage comes in more than its smallest layer, and the
 * own camera is sent without its largest one and with fewer frames. Sound is never touched.
 */
export class BandwidthSaver {
  readonly #room: Room;
  readonly #preferences: PreferenceStore;
  readonly #camera = new SavedCamera();
  #favoured: string | null = null;

  constructor(room: Room, preferences: PreferenceStore) {
    this.#room = room;
    this.#preferences = preferences;
    room.on(RoomEvent.TrackSubscribed, () => this.apply());
    room.on(RoomEvent.LocalTrackPublished, () => this.apply());
    // Not needed any more when the room is over; the preferences outlive it.
    const end = preferences.subscribe(() => this.apply());
    room.once(RoomEvent.Disconnected, end);
  }

  favour(tile: string | null): void {
    if (tile === this.#favoured) return;
    this.#favoured = tile;
    this.apply();
  }

  apply(): void {
    const { saver } = this.#preferences.get();
    for (const { identity, videoTrackPublications } of this.#room.remoteParticipants.values()) {
      for (const publication of videoTrackPublications.values()) {
        const small = saver && !this.#isFavoured(identity, publication.source);
        const quality = small ? VideoQuality.LOW : VideoQuality.HIGH;
        // Highest is what a picture starts with: asking for it would only be noise on the wire.
        if (publication.isSubscribed && publication.videoQuality !== quality) publication.setVideoQuality(quality);
      }
    }
    const camera = this.#room.localParticipant.getTrackPublication(Track.Source.Camera)?.track;
    if (camera instanceof LocalVideoTrack) this.#camera.apply(camera, saver);
  }

  #isFavoured(identity: string, source: Track.Source): boolean {
    return this.#favoured === tileKey(source === Track.Source.ScreenShare ? 'screen_share' : 'camera', identity);
  }
}
