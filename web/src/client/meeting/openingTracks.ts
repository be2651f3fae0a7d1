import type { LocalParticipant } from 'livekit-client';
import type { PreviewTracks } from '../lobby/lobby';
import type { MediaKind } from '../mediaFailure';
import type { Rights } from './meetingState';

/** What a person brings into the room: open tracks from the lobby, or devices to open: after a reload, or where the lobby was too short. */
export class OpeningTracks {
  readonly #tracks: PreviewTracks;
  readonly #reopen: { readonly microphone: boolean; readonly camera: boolean };

  private constructor(tracks: PreviewTracks, reopen: { microphone: boolean; camera: boolean }) {
    this.#tracks = tracks;
    this.#reopen = reopen;
  }

  static fromLobby(tracks: PreviewTracks): OpeningTracks {
    const { awaited } = tracks;
    return new OpeningTracks(tracks, {
      microphone: awaited.includes('microphone'),
      camera: awaited.includes('camera'),
    });
  }

  static fromSeat(seat: { microphoneOn: boolean; cameraOn: boolean }): OpeningTracks {
    return new OpeningTracks(
      { microphone: null, camera: null, awaited: [] },
      { microphone: seat.microphoneOn, camera: seat.cameraOn },
    );
  }

  /** Starts every publication at once; tracks that the person may not publish are closed. */
  publish(me: LocalParticipant, rights: Rights): readonly (readonly [MediaKind, Promise<unknown>])[] {
    const started: [MediaKind, Promise<unknown>][] = [];
    for (const device of ['microphone', 'camera'] as const) {
      const track = this.#tracks[device];
      if (!rights[device]) track?.stop();
      else if (track !== null) started.push([device, me.publishTrack(track)]);
      else if (this.#reopen[device]) started.push([device, reopen(me, device)]);
    }
    return started;
  }
}

function reopen(me: LocalParticipant, device: 'microphone' | 'camera'): Promise<unknown> {
  return device === 'microphone' ? me.setMicrophoneEnabled(true) : me.setCameraEnabled(true);
}
