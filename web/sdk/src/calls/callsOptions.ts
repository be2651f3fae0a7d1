import type { PoorLimits } from './direct/qualityWatch';
import type { RoomMedia } from './room/roomMedia';

export interface CallsOptions {
  /** The way into rooms at the media server; without it calls are direct or not at all. */
  readonly room?: RoomMedia;
  /** From when on a direct path is left for the media server. */
  readonly poor?: PoorLimits;
  /** For programs without a global `RTCPeerConnection`, and for tests. */
  readonly createPeer?: (configuration: RTCConfiguration) => RTCPeerConnection;
}
