import { Room, type RoomOptions, VideoPresets } from 'livekit-client';
import type { Preferences } from '../memory/preferences';

/** A LiveKit room with this person's devices; nothing is opened or connected yet. */
export function createRoom(preferences: Preferences): Room {
  const { microphoneId, cameraId, speakerId } = preferences;
  const options: RoomOptions = {
    // Receive no more than the tiles show, send no layer that nobody watches.
    adaptiveStream: true,
    dynacast: true,
    audioCaptureDefaults: {
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
      ...(microphoneId !== null && { deviceId: microphoneId }),
    },
    videoCaptureDefaults: {
      resolution: VideoPresets.h720.resolution,
      ...(cameraId !== null && { deviceId: cameraId }),
    },
    ...(speakerId !== null && { audioOutput: { deviceId: speakerId } }),
  };
  return new Room(options);
}

/** The address of the signaling door: this page's own origin. */
export function doorUrl(location: Pick<Location, 'protocol' | 'host'>): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}`;
}
