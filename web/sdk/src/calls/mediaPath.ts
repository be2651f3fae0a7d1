import type { ReadableStore } from '../stores/store';

/** Where a track's media comes from, in the order of their places in a direct path's description. */
export const MEDIA_SOURCES = ['microphone', 'camera', 'screen_share', 'screen_share_audio'] as const;

export type MediaSource = (typeof MEDIA_SOURCES)[number];

/** One's own tracks. The application opens and closes them; the call only sends them. */
export type LocalTracks = ReadonlyMap<MediaSource, MediaStreamTrack>;

/** Media of somebody else, which arrives. */
export interface RemoteTrack {
  readonly user: string;
  readonly source: MediaSource;
  readonly track: MediaStreamTrack;
}

/** One way of the media of a call, of one generation. */
export interface MediaPath {
  /** What arrives over it. */
  readonly remote: ReadableStore<readonly RemoteTrack[]>;
  setTrack(source: MediaSource, track: MediaStreamTrack | null): void;
  /** The connection to the server is there again. */
  handleWelcome(): void;
  close(): void;
}

export interface PathListener {
  /** Media flows over it; told once. */
  readonly onFlowing: () => void;
  /** It does not open, broke, or stays poor; told once. The path goes on as well as it can until it is closed. */
  readonly onFailed: (reason: string) => void;
  /** Nothing comes, which may end by itself; told at each change. Whoever has another path had better open it. */
  readonly onBroken: (isBroken: boolean) => void;
}
