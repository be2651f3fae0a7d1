import type { LocalVideoTrack } from 'livekit-client';
import { describe, expect, it } from 'vitest';
import { SAVED_FRAME_RATE, SavedCamera } from './savedCamera';

const LAYERS: RTCRtpEncodingParameters[] = [
  { rid: 'q', active: true, scaleResolutionDownBy: 4, maxBitrate: 160_000, maxFramerate: 20 },
  { rid: 'h', active: true, scaleResolutionDownBy: 2, maxBitrate: 450_000, maxFramerate: 20 },
  { rid: 'f', active: true, scaleResolutionDownBy: 1, maxBitrate: 1_700_000 },
];

/** A camera whose sender keeps what it is told, as a browser's does. */
function camera(encodings: RTCRtpEncodingParameters[] = LAYERS): { track: LocalVideoTrack; encodings: () => RTCRtpEncodingParameters[] } {
  let kept = structuredClone(encodings);
  const sender = {
    getParameters: () => ({ encodings: structuredClone(kept) }),
    setParameters: (parameters: RTCRtpSendParameters) => {
      kept = parameters.encodings;
      return Promise.resolve();
    },
  };
  return { track: { sender } as unknown as LocalVideoTrack, encodings: () => kept };
}

describe('SavedCamera', () => {
  it('stops the largest layer, leaves it no size, and slows the others down', () => {
    const { track, encodings } = camera();
    new SavedCamera().apply(track, true);
    expect(encodings()).toEqual([
      { ...LAYERS[0], maxFramerate: SAVED_FRAME_RATE },
      { ...LAYERS[1], maxFramerate: SAVED_FRAME_RATE },
      { ...LAYERS[1], rid: 'f', active: false, maxFramerate: SAVED_FRAME_RATE },
    ]);
  });

  it('gives the camera back as it was, however often it was told', () => {
    const { track, encodings } = camera();
    const saver = new SavedCamera();
    for (const saving of [true, true, false, false]) saver.apply(track, saving);
    expect(encodings()).toEqual(LAYERS);
  });

  it('leaves to the server which of the smaller layers are watched', () => {
    const { track, encodings } = camera();
    const saver = new SavedCamera();
    saver.apply(track, true);
    const [small] = encodings();
    if (small !== undefined) small.active = false;
    saver.apply(track, false);
    expect(encodings()[0]).toEqual({ ...LAYERS[0], active: false });
  });

  it('only slows down a camera of a single layer', () => {
    const { track, encodings } = camera([{ maxFramerate: 30 }]);
    new SavedCamera().apply(track, true);
    expect(encodings()).toEqual([{ maxFramerate: SAVED_FRAME_RATE }]);
  });
});
