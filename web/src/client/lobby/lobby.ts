import type { LocalAudioTrack, LocalTrack, LocalVideoTrack } from 'livekit-client';
import { createLocalTracks, supportsAudioOutputSelection, Track } from 'livekit-client';
import { classifyMediaError, mediaFailure } from '../mediaFailure';
import type { PreferenceStore } from '../memory/preferences';
import { Store } from '../store';
import { listDevices } from './devices';
import { INITIAL_LOBBY, type LobbyState, type PreviewDevice } from './lobbyState';

export type LobbyDevice = 'microphone' | 'camera';

/** Tracks that go with the person into the room; null where the device stays off or is not open yet. */
export interface PreviewTracks {
  readonly microphone: LocalAudioTrack | null;
  readonly camera: LocalVideoTrack | null;
  /** Devices that the person wants on and that were still opening: whoever joins at once misses nothing. */
  readonly awaited: readonly LobbyDevice[];
}

/** Camera and microphone before the meeting: opens, switches and closes them, and hands them over at the end. */
export class Lobby {
  readonly store = new Store<LobbyState>(INITIAL_LOBBY);
  readonly #preferences: PreferenceStore;
  readonly #media: MediaDevices | undefined;
  #tracks: Record<LobbyDevice, LocalTrack | null> = { microphone: null, camera: null };
  #closed = false;

  constructor(preferences: PreferenceStore, media: MediaDevices | undefined) {
    this.#preferences = preferences;
    this.#media = media;
  }

  /** Opens what the person had on last time; one question for both devices where the browser allows it. */
  async open(): Promise<void> {
    this.#media?.addEventListener('devicechange', this.#refreshDevices);
    const { microphoneOn, cameraOn } = this.#preferences.get();
    const wanted: LobbyDevice[] = [];
    if (microphoneOn) wanted.push('microphone');
    if (cameraOn) wanted.push('camera');
    await this.#start(wanted);
    await this.#listDevices();
  }

  async toggle(device: LobbyDevice): Promise<void> {
    const now = this.store.get()[device].kind;
    if (now === 'starting') return;
    const turnOn = now !== 'on';
    this.#preferences.change(device === 'camera' ? { cameraOn: turnOn } : { microphoneOn: turnOn });
    this.#stop(device);
    if (turnOn) await this.#start([device]);
    await this.#listDevices();
  }

  async choose(device: LobbyDevice, id: string): Promise<void> {
    this.#preferences.change(device === 'camera' ? { cameraId: id } : { microphoneId: id });
    if (this.store.get()[device].kind === 'off') return;
    this.#stop(device);
    await this.#start([device]);
  }

  /** Gives the open tracks away; closing the lobby will not stop them then. */
  handOver(): PreviewTracks {
    const { microphone, camera } = this.#tracks;
    this.#tracks = { microphone: null, camera: null };
    const state = this.store.get();
    const awaited = (['microphone', 'camera'] as const).filter((device) => state[device].kind === 'starting');
    return { microphone: microphone as LocalAudioTrack | null, camera: camera as LocalVideoTrack | null, awaited };
  }

  close(): void {
    this.#closed = true;
    this.#media?.removeEventListener('devicechange', this.#refreshDevices);
    this.#stop('microphone');
    this.#stop('camera');
  }

  async #start(wanted: readonly LobbyDevice[]): Promise<void> {
    if (this.#media === undefined) {
      for (const device of wanted) this.#show(device, { kind: 'failed', failure: mediaFailure(device, 'insecure') });
      return;
    }
    for (const device of wanted) this.#show(device, { kind: 'starting' });
    try {
      await this.#acquire(wanted);
    } catch (error) {
      const [first] = wanted;
      if (wanted.length > 1) {
        // One missing device makes the joint question fail for both: ask for each alone.
        for (const device of wanted) await this.#start([device]);
      } else if (first !== undefined) {
        this.#show(first, { kind: 'failed', failure: classifyMediaError(first, error) });
      }
    }
  }

  async #acquire(wanted: readonly LobbyDevice[]): Promise<void> {
    if (wanted.length === 0) return;
    const { microphoneId, cameraId } = this.#preferences.get();
    const tracks = await createLocalTracks({
      audio: wanted.includes('microphone') && { deviceId: microphoneId ?? 'default' },
      video: wanted.includes('camera') && { ...(cameraId !== null && { deviceId: cameraId }) },
    });
    for (const track of tracks) {
      const device = track.kind === Track.Kind.Video ? 'camera' : 'microphone';
      if (this.#closed || this.store.get()[device].kind !== 'starting') {
        track.stop(); // the person left the lobby or changed their mind meanwhile
        continue;
      }
      this.#tracks[device] = track;
      this.#show(device, { kind: 'on', handle: track, track: track.mediaStreamTrack });
    }
  }

  #stop(device: LobbyDevice): void {
    this.#tracks[device]?.stop();
    this.#tracks[device] = null;
    this.#show(device, { kind: 'off' });
  }

  #show(device: LobbyDevice, shown: PreviewDevice): void {
    this.store.update((state) => ({ ...state, [device]: shown }));
  }

  readonly #refreshDevices = (): void => void this.#listDevices();

  async #listDevices(): Promise<void> {
    const devices = await listDevices(this.#media, supportsAudioOutputSelection());
    this.store.update((state) => ({ ...state, devices }));
  }
}
