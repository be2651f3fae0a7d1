import type { LocalVideoTrack } from 'livekit-client';

export const SAVED_FRAME_RATE = 15;

/** The rid of the largest of LiveKit's simulcast layers; there is none when a camera sends fewer than three. */
const LARGEST = 'f';

/**
 * Makes a camera cheaper, and gives it back as it was. The encodings are changed and not the capture: nothing blinks,
 * and the change outlives switching the camera off and on.
 */
export class SavedCamera {
  readonly #full = new WeakMap<RTCRtpSender, readonly RTCRtpEncodingParameters[]>();

  apply(camera: LocalVideoTrack, saving: boolean): void {
    const { sender } = camera;
    if (sender === undefined || this.#full.has(sender) === saving) return;
    const parameters = sender.getParameters();
    const full = this.#full.get(sender) ?? parameters.encodings;
    if (full.length === 0) return; // not negotiated yet: publishing it calls again
    parameters.encodings = parameters.encodings.map((encoding, at) => {
      const before = full[at] ?? encoding;
      return saving ? saved(encoding, full[at - 1]) : { ...encoding, ...restored(before) };
    });
    if (saving) this.#full.set(sender, full);
    else this.#full.delete(sender);
    // A sender that is being stopped refuses: then there is nothing to save.
    sender.setParameters(parameters).catch(() => undefined);
  }
}

/**
 * The largest layer is switched off. Should the server switch it on again, for somebody who asks for the largest
 * picture, then it is no larger than the one below.
 */
function saved(encoding: RTCRtpEncodingParameters, below: RTCRtpEncodingParameters | undefined): RTCRtpEncodingParameters {
  const slower = { ...encoding, maxFramerate: SAVED_FRAME_RATE };
  if (encoding.rid !== LARGEST || below === undefined) return slower;
  return { ...slower, ...sizeOf(below), active: false };
}

function restored(full: RTCRtpEncodingParameters): RTCRtpEncodingParameters {
  const rate = full.maxFramerate === undefined ? {} : { maxFramerate: full.maxFramerate };
  return { ...sizeOf(full), ...rate, ...(full.rid === LARGEST && { active: true }) };
}

function sizeOf({ scaleResolutionDownBy, maxBitrate }: RTCRtpEncodingParameters): RTCRtpEncodingParameters {
  return {
    ...(scaleResolutionDownBy !== undefined && { scaleResolutionDownBy }),
    ...(maxBitrate !== undefined && { maxBitrate }),
  };
}
