import type { MediaFailure } from '../mediaFailure';
import type { MediaHandle } from '../meeting/meetingState';
import { type DeviceLists, NO_DEVICES } from './devices';

/** A device in the lobby. The handle of a camera shows the preview; of a microphone, `track` feeds the meter. */
export type PreviewDevice =
  | { readonly kind: 'off' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'on'; readonly handle: MediaHandle; readonly track: MediaStreamTrack }
  | { readonly kind: 'failed'; readonly failure: MediaFailure };

export interface LobbyState {
  readonly microphone: PreviewDevice;
  readonly camera: PreviewDevice;
  readonly devices: DeviceLists;
}

export const INITIAL_LOBBY: LobbyState = {
  microphone: { kind: 'off' },
  camera: { kind: 'off' },
  devices: NO_DEVICES,
};
