import type { MediaSource } from '@tureen/client';
import type { PreferenceStore } from '../memory/preferences';
import { Store } from '../store';

export type CallTracks = Partial<Record<MediaSource, MediaStreamTrack>>;

/** One's own microphone, camera and screen during a call: opens and closes them. */
export class CallDevices {
  readonly store = new Store<CallTracks>({});
  readonly #preferences: PreferenceStore;
  readonly #onChange: (source: MediaSource, track: MediaStreamTrack | null) => void;
  #over = false;

  /** ``onChange``: called with each track that begins or ends. */
  constructor(preferences: PreferenceStore, onChange: (source: MediaSource, track: MediaStreamTrack | null) => void) {
    this.#preferences = preferences;
    this.#onChange = onChange;
  }

  isOn(source: MediaSource): boolean {
    return this.store.get()[source] !== undefined;
  }

  /** Rejects as ``getUserMedia`` does (W3C Media Capture). */
  async open(source: 'microphone' | 'camera'): Promise<void> {
    const { microphoneId, cameraId } = this.#preferences.get();
    const id = source === 'camera' ? cameraId : microphoneId;
    const wanted = id === null ? true : { deviceId: id };
    const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
    const video = wanted === true ? size : { ...wanted, ...size };
    const stream = await navigator.mediaDevices.getUserMedia(source === 'camera' ? { video } : { audio: wanted });
    this.#take(source, stream.getTracks()[0]);
  }

  /** Rejects when the person chooses nothing. */
  async openScreen(): Promise<void> {
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: true, audio: true });
    this.#take('screen_share', stream.getVideoTracks()[0]);
    this.#take('screen_share_audio', stream.getAudioTracks()[0]);
  }

  /** Another device of the same kind, while it is on. */
  async switch(source: 'microphone' | 'camera'): Promise<void> {
    if (!this.isOn(source)) return;
    this.close(source);
    await this.open(source);
  }

  close(source: MediaSource): void {
    const track = this.store.get()[source];
    if (track === undefined) return;
    track.stop();
    this.#show(source, null);
  }

  end(): void {
    this.#over = true;
    for (const source of Object.keys(this.store.get()) as MediaSource[]) this.close(source);
  }

  #take(source: MediaSource, track: MediaStreamTrack | undefined): void {
    if (track === undefined) return;
    if (this.#over) {
      track.stop(); // the call ended meanwhile
      return;
    }
    track.addEventListener('ended', () => {
      if (this.store.get()[source] === track) this.#show(source, null);
    });
    this.#show(source, track);
  }

  #show(source: MediaSource, track: MediaStreamTrack | null): void {
    this.store.update((tracks) => {
      const kept = Object.fromEntries(Object.entries(tracks).filter(([name]) => name !== source)) as CallTracks;
      return track === null ? kept : { ...kept, [source]: track };
    });
    this.#onChange(source, track);
  }
}
