import { type RemoteTrackPublication, type Room, RoomEvent, Track } from 'livekit-client';
import type { MediaSource, RemoteTrack, RoomListener, RoomVisit } from '@tureen/client';
import { FirstMedia } from '../calls/firstMedia';

const SOURCES: Record<MediaSource, Track.Source> = {
  microphone: Track.Source.Microphone,
  camera: Track.Source.Camera,
  screen_share: Track.Source.ScreenShare,
  screen_share_audio: Track.Source.ScreenShareAudio,
};

/** After any of these, other media may arrive. */
const MEDIA_EVENTS = [
  RoomEvent.TrackSubscribed,
  RoomEvent.TrackUnsubscribed,
  RoomEvent.TrackMuted,
  RoomEvent.TrackUnmuted,
  RoomEvent.ParticipantDisconnected,
  RoomEvent.Reconnected,
] as const;

/** One stay in a LiveKit room. */
export class LiveKitVisit implements RoomVisit {
  readonly #room: Room;
  readonly #listener: RoomListener;
  readonly #published = new Map<MediaSource, MediaStreamTrack>();
  readonly #watched = new WeakSet<MediaStreamTrack>();
  readonly #first = new FirstMedia(() => this.#show());
  readonly #turns = new Map<MediaSource, Promise<void>>();
  #isOver = false;

  constructor(room: Room, listener: RoomListener) {
    this.#room = room;
    this.#listener = listener;
    for (const event of MEDIA_EVENTS) room.on(event, () => this.#show());
    room.once(RoomEvent.Disconnected, () => this.#handleDisconnected());
  }

  /** One change of a source after the other; different sources do not wait for one another. */
  setTrack(source: MediaSource, track: MediaStreamTrack | null): Promise<void> {
    const turn = (this.#turns.get(source) ?? Promise.resolve()).then(() => this.#change(source, track));
    this.#turns.set(source, turn.catch(() => undefined));
    return turn;
  }

  async leave(): Promise<void> {
    this.#isOver = true;
    this.#first.end();
    await this.#room.disconnect(false); // the tracks go on: they are the application's
  }

  async #change(source: MediaSource, track: MediaStreamTrack | null): Promise<void> {
    const me = this.#room.localParticipant;
    const before = this.#published.get(source);
    if (before === track || this.#isOver) return;
    if (before !== undefined) {
      this.#published.delete(source);
      await me.unpublishTrack(before, false);
    }
    if (track === null) return;
    await me.publishTrack(track, { source: SOURCES[source] });
    this.#published.set(source, track);
  }

  #show(): void {
    if (this.#isOver) return;
    const tracks: RemoteTrack[] = [];
    for (const { identity: user, trackPublications } of this.#room.remoteParticipants.values()) {
      for (const publication of trackPublications.values()) {
        const track = this.#arriving(publication);
        const source = sourceOf(publication.source);
        if (track !== null && source !== null) tracks.push({ user, source, track });
      }
    }
    this.#listener.onRemote(tracks);
  }

  /** The track, once its media arrives. */
  #arriving({ track, isMuted }: RemoteTrackPublication): MediaStreamTrack | null {
    if (track === undefined || isMuted) return null;
    const media = track.mediaStreamTrack;
    if (!this.#watched.has(media)) {
      this.#watched.add(media);
      for (const name of ['mute', 'unmute', 'ended']) media.addEventListener(name, () => this.#show());
    }
    if (media.muted || media.readyState === 'ended') return null;
    const { receiver } = track;
    return receiver === undefined || this.#first.has(receiver) ? media : null;
  }

  #handleDisconnected(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#first.end();
    this.#listener.onLost();
  }
}

function sourceOf(source: Track.Source): MediaSource | null {
  for (const [name, one] of Object.entries(SOURCES)) if (one === source) return name as MediaSource;
  return null;
}
