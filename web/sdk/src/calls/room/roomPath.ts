import { Backoff } from '../../connection/backoff';
import type { RoomTicket } from '../../protocol';
import { type ReadableStore, Store } from '../../stores/store';
import type { LocalTracks, MediaPath, MediaSource, PathListener, RemoteTrack } from '../mediaPath';
import type { RoomMedia, RoomVisit } from './roomMedia';

/** Inside, and nothing comes: the others have nothing to send, or are not there yet. */
const SILENT_MS = 2_000;
/** After so many attempts in a row it counts as failed; it is tried further all the same. */
const PATIENT_ATTEMPTS = 3;

export interface RoomPathOptions {
  readonly media: RoomMedia;
  readonly ticket: () => Promise<RoomTicket>;
  readonly server: string;
  readonly local: LocalTracks;
  readonly listener: PathListener;
  readonly random: () => number;
}

/** Media through the media server: in, and in again if the room is lost, until it is closed. */
export class RoomPath implements MediaPath {
  readonly #options: RoomPathOptions;
  readonly #remote = new Store<readonly RemoteTrack[]>([]);
  readonly #local: Map<MediaSource, MediaStreamTrack>;
  readonly #backoff: Backoff;
  #visit: RoomVisit | null = null;
  #listener: PathListener;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isFlowing = false;
  #hasFailed = false;
  #isClosed = false;

  constructor(options: RoomPathOptions) {
    this.#options = options;
    this.#listener = options.listener;
    this.#local = new Map(options.local);
    this.#backoff = new Backoff(options.random);
    void this.#join();
  }

  get remote(): ReadableStore<readonly RemoteTrack[]> {
    return this.#remote;
  }

  /** The same visit serves another generation of the path. */
  adopt(listener: PathListener): void {
    this.#listener = listener;
    this.#hasFailed = false;
    if (this.#isFlowing) listener.onFlowing();
  }

  setTrack(source: MediaSource, track: MediaStreamTrack | null): void {
    if (track === null) this.#local.delete(source);
    else this.#local.set(source, track);
    this.#visit?.setTrack(source, track).catch(() => undefined); // the visit ended: the next one takes it along
  }

  handleWelcome(): void {
    // The media server is reached by another way, which comes back by itself.
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#leave();
    this.#remote.set([]);
  }

  async #join(): Promise<void> {
    const { media, ticket, server } = this.#options;
    const taken = new Map(this.#local);
    try {
      const visit: RoomVisit = await media.join({
        ticket: await ticket(),
        server,
        local: taken,
        listener: { onRemote: (tracks) => this.#handleRemote(tracks), onLost: () => this.#handleLost() },
      });
      this.#visit = visit;
      if (this.#isClosed) this.#leave();
      else this.#handleJoined(visit, taken);
    } catch (error) {
      if (!this.#isClosed) this.#retry(String(error));
    }
  }

  #handleJoined(visit: RoomVisit, taken: LocalTracks): void {
    this.#backoff.reset();
    for (const source of new Set([...taken.keys(), ...this.#local.keys()])) {
      const track = this.#local.get(source) ?? null;
      if (track !== (taken.get(source) ?? null)) void visit.setTrack(source, track).catch(() => undefined);
    }
    this.#timer = setTimeout(() => this.#flow(), SILENT_MS);
  }

  #handleRemote(tracks: readonly RemoteTrack[]): void {
    if (this.#isClosed) return;
    this.#remote.set(tracks);
    if (tracks.length > 0) this.#flow();
  }

  #handleLost(): void {
    if (this.#isClosed) return;
    this.#visit = null;
    this.#remote.set([]);
    this.#retry('The room was lost.');
  }

  #retry(reason: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#join(), this.#backoff.next());
    if (this.#backoff.failures < PATIENT_ATTEMPTS || this.#hasFailed) return;
    this.#hasFailed = true;
    this.#listener.onFailed(reason);
  }

  #leave(): void {
    this.#visit?.leave().catch(() => undefined); // it is left anyway
    this.#visit = null;
  }

  #flow(): void {
    clearTimeout(this.#timer);
    if (this.#isFlowing) return;
    this.#isFlowing = true;
    this.#listener.onFlowing();
  }
}
