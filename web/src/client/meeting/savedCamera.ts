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
      return saving ? saved(encoding, full[at - 1]) : restored(encoding, full[at] ?? encoding);
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

/** Whether the others are sent is the server's business, who knows what is watched; the largest was ours to stop. */
function restored(now: RTCRtpEncodingParameters, full: RTCRtpEncodingParameters): RTCRtpEncodingParameters {
  if (full.rid === LARGEST) return { ...full, active: true };
  return now.active === undefined ? full : { ...full, active: now.active };
}

function sizeOf({ scaleResolutionDownBy, maxBitrate }: RTCRtpEncodingParameters): RTCRtpEncodingParameters {
  return {
    ...(scaleResolutionDownBy !== undefined && { scaleResolutionDownBy }),
    ...(maxBitrate !== undefined && { maxBitrate }),
  };
}
