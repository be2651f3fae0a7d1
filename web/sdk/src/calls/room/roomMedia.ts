import type { RoomTicket } from '../../protocol';
import type { LocalTracks, MediaSource, RemoteTrack } from '../mediaPath';

/** How a call's media gets into its room at the media server. `@tureen/client/livekit` has one. */
export interface RoomMedia {
  /** Joins and sends the tracks. Rejects if it does not get in; it leaves nothing behind then. */
  join(entry: RoomEntry): Promise<RoomVisit>;
}

export interface RoomEntry {
  readonly ticket: RoomTicket;
  /** The server's address, for a ticket that names none: `ws:` or `wss:`, without a path. */
  readonly server: string;
  /** To be sent as they are, and never stopped: the application owns them, and another path may send them too. */
  readonly local: LocalTracks;
  readonly listener: RoomListener;
}

export interface RoomListener {
  /** All tracks whose media arrives, after each change; `user` is the participant's identity. */
  readonly onRemote: (tracks: readonly RemoteTrack[]) => void;
  /** The room was lost for good, as far as the visit is concerned; told once. */
  readonly onLost: () => void;
}

export interface RoomVisit {
  setTrack(source: MediaSource, track: MediaStreamTrack | null): Promise<void>;
  leave(): Promise<void>;
}
