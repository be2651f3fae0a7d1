import type { MediaHandle } from '../meeting/meetingState';

const HANDLES = new WeakMap<MediaStreamTrack, MediaHandle>();

/** A bare track as something that plays in a media element; the same one for the same track. */
export function trackHandle(track: MediaStreamTrack): MediaHandle {
  const known = HANDLES.get(track);
  if (known !== undefined) return known;
  const stream = new MediaStream([track]);
  const handle: MediaHandle = {
    attach: (element) => {
      if (element.srcObject === stream) return;
      element.srcObject = stream;
      element.autoplay = true;
      // A browser may refuse sound before the page was touched; whoever took a call has touched it.
      element.play().catch(() => undefined);
    },
    detach: (element) => {
      if (element.srcObject === stream) element.srcObject = null;
    },
  };
  HANDLES.set(track, handle);
  return handle;
}
