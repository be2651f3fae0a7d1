import { FirstMedia } from '../firstMedia';
import { type LocalTracks, MEDIA_SOURCES, type MediaSource } from '../mediaPath';
import type { StatEntry } from './quality';

const RECEIVES: readonly (RTCRtpTransceiverDirection | null)[] = ['sendrecv', 'recvonly'];

/** What flows from the other side at one place. */
export interface Arrival {
  readonly source: MediaSource;
  readonly track: MediaStreamTrack;
}

/**
 * The places of a direct path's media: one section of the description for each source, always in the same order, so that
 * both sides know from the place what a track is. Tracks come and go by a section's direction.
 */
export class Places {
  readonly #peer: RTCPeerConnection;
  readonly #onArrival: () => void;
  readonly #local: Map<MediaSource, MediaStreamTrack>;
  readonly #watched = new Set<MediaStreamTrack>();
  readonly #first: FirstMedia;
  /** What is played together is sent as one stream: sound and picture stay in step. */
  readonly #streams = { person: new MediaStream(), screen: new MediaStream() };

  constructor(peer: RTCPeerConnection, local: LocalTracks, onArrival: () => void) {
    this.#peer = peer;
    this.#local = new Map(local);
    this.#onArrival = onArrival;
    this.#first = new FirstMedia(onArrival);
  }

  /** Makes the sections; the first offerer does, and only it. */
  create(): void {
    for (const source of MEDIA_SOURCES) {
      const kind = source === 'microphone' || source === 'screen_share_audio' ? 'audio' : 'video';
      const track = this.#local.get(source);
      const direction = track === undefined ? 'recvonly' : 'sendrecv';
      this.#peer.addTransceiver(track ?? kind, { direction, streams: [this.#streamOf(source)] });
    }
  }

  /** An offer made the sections: sends there what there is to send. */
  attach(): void {
    for (const source of MEDIA_SOURCES) this.#apply(source);
  }

  setTrack(source: MediaSource, track: MediaStreamTrack | null): void {
    if (track === null) this.#local.delete(source);
    else this.#local.set(source, track);
    this.#apply(source);
  }

  /** What arrives now. */
  arrivals(): readonly Arrival[] {
    const arrivals: Arrival[] = [];
    for (const [index, { currentDirection, receiver }] of this.#peer.getTransceivers().entries()) {
      const source = MEDIA_SOURCES[index];
      if (source === undefined) continue;
      const { track } = receiver;
      this.#watch(track);
      if (track.readyState === 'ended' || !RECEIVES.includes(currentDirection)) this.#first.forget(receiver);
      else if (this.#first.has(receiver)) arrivals.push({ source, track });
    }
    return arrivals;
  }

  end(): void {
    this.#first.end();
  }

  /** How many packets of the other side's microphone came so far; null while it is off. */
  async readSound(): Promise<number | null> {
    const transceiver = this.#peer.getTransceivers()[MEDIA_SOURCES.indexOf('microphone')];
    if (transceiver === undefined || !RECEIVES.includes(transceiver.currentDirection)) return null;
    let packets: number | null = null;
    (await transceiver.receiver.getStats()).forEach(({ type, packetsReceived = 0 }: StatEntry) => {
      if (type === 'inbound-rtp') packets = (packets ?? 0) + packetsReceived;
    });
    return packets;
  }

  #apply(source: MediaSource): void {
    const transceiver = this.#peer.getTransceivers()[MEDIA_SOURCES.indexOf(source)];
    if (transceiver === undefined) return; // the offer that makes the place is still to come
    const track = this.#local.get(source) ?? null;
    const { sender } = transceiver;
    if (sender.track !== track) sender.replaceTrack(track).catch(() => undefined); // closed meanwhile
    if (track !== null) setStream(sender, this.#streamOf(source));
    const direction = track === null ? 'recvonly' : 'sendrecv';
    if (transceiver.direction !== direction) transceiver.direction = direction;
  }

  #streamOf(source: MediaSource): MediaStream {
    return source === 'microphone' || source === 'camera' ? this.#streams.person : this.#streams.screen;
  }

  #watch(track: MediaStreamTrack): void {
    if (this.#watched.has(track)) return;
    this.#watched.add(track);
    for (const name of ['mute', 'unmute', 'ended']) track.addEventListener(name, this.#onArrival);
  }
}

/** Older browsers cannot change it; sound and picture may be out of step there. */
function setStream(sender: Partial<Pick<RTCRtpSender, 'setStreams'>>, stream: MediaStream): void {
  sender.setStreams?.(stream);
}
