import type { Call, CallSignalled } from '../protocol';
import { type ReadableStore, Store } from '../stores/store';
import type { LocalTracks, MediaPath, MediaSource, PathListener, RemoteTrack } from './mediaPath';
import { DirectPath } from './direct/directPath';
import type { PathQuality } from './direct/quality';
import { RoomPath } from './room/roomPath';

/**
 * The path that was left goes on for so long after media flows over the new one: the others may need longer to see it
 * there, and until then they see it here.
 */
const LINGER_MS = 4_000;
/** So long a path that came back has to hold before the one that stood in for it is given up. */
const CALM_MS = 4_000;
/** Signals of a generation that is still to come. */
const MAX_EARLY = 64;

/** How a call's media stands here. `failed`: the server was told; it decides what follows. */
export type MediaState =
  | { readonly kind: 'none' }
  | { readonly kind: 'opening' | 'flowing' | 'failed'; readonly path: Call['path']; readonly generation: number };

/** Makes paths, and tells the server how they do. */
export interface PathMaker {
  readonly direct: (call: Call, local: LocalTracks, listener: PathListener) => DirectPath | null;
  readonly room: (call: Call, local: LocalTracks, listener: PathListener) => RoomPath | null;
  readonly tellFlowing: (generation: number) => void;
  readonly tellFailed: (generation: number, reason: string) => void;
}

/** The media of one call on this device: follows the record from path to path, and breaks none before the next one is made. */
export class CallMedia {
  readonly #maker: PathMaker;
  readonly #local = new Store<LocalTracks>(new Map());
  readonly #remote = new Store<readonly RemoteTrack[]>([]);
  readonly #state = new Store<MediaState>({ kind: 'none' });
  readonly #quality = new Store<PathQuality | null>(null);
  #generation = -1;
  #current: MediaPath | null = null;
  #left: MediaPath | null = null;
  /** Stands in while the direct path is broken: until it comes back, or the record moves the call here. */
  #standby: RoomPath | null = null;
  #isBroken = false;
  #calm: ReturnType<typeof setTimeout> | undefined;
  #early: CallSignalled[] = [];
  #linger: ReturnType<typeof setTimeout> | undefined;

  constructor(maker: PathMaker) {
    this.#maker = maker;
  }

  /** What one sends. */
  get local(): ReadableStore<LocalTracks> {
    return this.#local;
  }

  /** What arrives, of everyone, whichever path brings it. */
  get remote(): ReadableStore<readonly RemoteTrack[]> {
    return this.#remote;
  }

  get state(): ReadableStore<MediaState> {
    return this.#state;
  }

  /** Of a direct path; null otherwise. */
  get quality(): ReadableStore<PathQuality | null> {
    return this.#quality;
  }

  /** Sends a track from now on, or none. It stays the application's: nothing here stops it. */
  setTrack(source: MediaSource, track: MediaStreamTrack | null): void {
    this.#local.update((local) => {
      const changed = new Map(local);
      if (track === null) changed.delete(source);
      else changed.set(source, track);
      return changed;
    });
    this.#current?.setTrack(source, track);
    this.#left?.setTrack(source, track);
    this.#standby?.setTrack(source, track);
  }

  /** The record, while this device takes part. */
  handleRecord(call: Call): void {
    const generation = call.generation ?? 0;
    if (generation <= this.#generation) return;
    this.#generation = generation;
    const path = call.path ?? 'direct';
    const listener = this.#listen(call, generation, path);
    this.#state.set({ kind: 'opening', path, generation });
    this.#quality.set(null);
    this.#isBroken = false;
    if (path === 'room') this.#enterRoom(call, listener);
    else this.#goOn(this.#openDirect(call, listener));
  }

  handleSignal(signal: CallSignalled): void {
    if (signal.generation > this.#generation) this.#early = [...this.#early, signal].slice(-MAX_EARLY);
    else if (signal.generation === this.#generation && this.#current instanceof DirectPath) {
      void this.#current.handleSignal(signal);
    }
  }

  handleWelcome(): void {
    this.#current?.handleWelcome();
  }

  /** This device takes part no more. */
  end(): void {
    this.#current?.close();
    this.#current = null;
    this.#closeLeft();
    this.#closeStandby();
    this.#isBroken = false;
    this.#generation = -1;
    this.#early = [];
    this.#state.set({ kind: 'none' });
    this.#quality.set(null);
    this.#show();
  }

  #openDirect(call: Call, listener: PathListener): DirectPath | null {
    const direct = this.#maker.direct(call, this.#local.get(), listener);
    direct?.quality.subscribe(() => {
      if (direct === this.#current) this.#quality.set(direct.quality.get());
    });
    const early = this.#early.filter(({ generation }) => generation === this.#generation);
    this.#early = this.#early.filter(({ generation }) => generation > this.#generation);
    for (const signal of early) void direct?.handleSignal(signal);
    return direct;
  }

  #enterRoom(call: Call, listener: PathListener): void {
    const room = [this.#current, this.#standby, this.#left].find((path) => path instanceof RoomPath);
    if (room === undefined) this.#goOn(this.#maker.room(call, this.#local.get(), listener));
    else if (room === this.#current) room.adopt(listener);
    else this.#goBack(room, listener);
  }

  #goOn(next: MediaPath | null): void {
    if (next === null) return; // there is no way: the listener has been told
    this.#closeLeft();
    this.#closeStandby();
    this.#left = this.#current;
    this.#current = next;
    next.remote.subscribe(() => this.#show());
    this.#show();
  }

  /** Into the room where this device is already: it stood in for the direct path, or was just left for it. */
  #goBack(room: RoomPath, listener: PathListener): void {
    clearTimeout(this.#linger);
    clearTimeout(this.#calm);
    if (this.#left !== room) this.#closeLeft();
    this.#standby = null;
    this.#left = this.#current;
    this.#current = room;
    room.adopt(listener);
    this.#show();
  }

  /** Media need not wait for the verdict on a direct path: both sides meet in the room meanwhile. */
  #handleBroken(call: Call, isBroken: boolean): void {
    this.#isBroken = isBroken;
    clearTimeout(this.#calm);
    if (!isBroken) this.#calm = setTimeout(() => this.#closeStandby(), CALM_MS);
    else if (this.#standby === null && this.#left instanceof RoomPath) {
      clearTimeout(this.#linger);
      this.#standby = this.#left;
      this.#left = null;
    } else if (this.#standby === null) {
      this.#standby = this.#maker.room(call, this.#local.get(), SILENT);
      this.#standby?.remote.subscribe(() => this.#show());
    }
    this.#show();
  }

  #listen(call: Call, generation: number, path: Call['path']): PathListener {
    const isCurrent = () => generation === this.#generation;
    return {
      onFlowing: () => {
        if (!isCurrent()) return;
        this.#state.set({ kind: 'flowing', path, generation });
        this.#maker.tellFlowing(generation);
        this.#linger = setTimeout(() => this.#closeLeft(), LINGER_MS);
      },
      onFailed: (reason) => {
        if (!isCurrent()) return;
        this.#state.set({ kind: 'failed', path, generation });
        this.#maker.tellFailed(generation, reason);
      },
      onBroken: (isBroken) => {
        if (isCurrent()) this.#handleBroken(call, isBroken);
      },
    };
  }

  #closeLeft(): void {
    clearTimeout(this.#linger);
    this.#left?.close();
    this.#left = null;
    this.#show();
  }

  #closeStandby(): void {
    clearTimeout(this.#calm);
    this.#standby?.close();
    this.#standby = null;
    this.#show();
  }

  /** Of each source what the new path brings; until it does, what the old one brings. */
  #show(): void {
    const paths = this.#isBroken ? [this.#standby, this.#current, this.#left] : [this.#current, this.#standby, this.#left];
    const brought = new Map<string, RemoteTrack>();
    for (const one of paths.flatMap((path) => path?.remote.get() ?? [])) {
      const place = `${one.source} ${one.user}`;
      if (!brought.has(place)) brought.set(place, one);
    }
    const tracks = [...brought.values()];
    const shown = this.#remote.get();
    const isSame = tracks.length === shown.length && tracks.every(({ track }, index) => track === shown[index]?.track);
    if (!isSame) this.#remote.set(tracks);
  }
}

/** What becomes of a path that only stands in is nobody's business: the record does not know of it. */
const SILENT: PathListener = { onFlowing: () => undefined, onFailed: () => undefined, onBroken: () => undefined };
