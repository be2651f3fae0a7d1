/** One entry of a report of the W3C webrtc-stats: what a browser leaves out is missing. */
export type Stat = Readonly<Record<string, unknown>>;

/** One RTP stream at one moment; counters run since its start. */
export interface FlowSample {
  readonly id: string;
  readonly direction: 'up' | 'down';
  readonly kind: 'audio' | 'video';
  /** Id of the MediaStreamTrack that is sent or played. */
  readonly track: string;
  readonly codec: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly framesPerSecond: number | null;
  readonly bytes: number;
  /** Packets that were sent, or that should have come. */
  readonly packets: number;
  /** Of these, lost on the way; null where nobody has told yet. */
  readonly lost: number | null;
  readonly jitterMs: number | null;
  /** What keeps the sender from a better picture. */
  readonly limitedBy: string | null;
}

/** One look at a media connection. */
export interface LinkSample {
  readonly atMs: number;
  readonly roundTripMs: number | null;
  /** `udp` or `tcp`. */
  readonly protocol: string | null;
  readonly cipher: string | null;
  readonly flows: readonly FlowSample[];
}

/** Picks out of the browser's reports what a `LinkSample` needs. Any entry may lack any member. */
export function takeSample(stats: readonly Stat[], atMs: number): LinkSample {
  const byId = new Map(stats.map((stat) => [text(stat, 'id') ?? '', stat]));
  const transport = stats.find(({ type }) => type === 'transport');
  const pair = selectedPair(stats, byId, transport);
  const local = pair === undefined ? undefined : byId.get(text(pair, 'localCandidateId') ?? '');
  return {
    atMs,
    roundTripMs: inMs(pair, 'currentRoundTripTime'),
    protocol: text(local, 'protocol'),
    cipher: text(transport, 'srtpCipher'),
    flows: stats.flatMap((stat) => {
      if (stat.type === 'outbound-rtp') return [outbound(stat, byId)];
      return stat.type === 'inbound-rtp' ? [inbound(stat, byId)] : [];
    }),
  };
}

function selectedPair(stats: readonly Stat[], byId: ReadonlyMap<string, Stat>, transport?: Stat): Stat | undefined {
  // Firefox has no transport entry before version 124 but says `selected`.
  const chosen = byId.get(text(transport, 'selectedCandidatePairId') ?? '');
  return chosen ?? stats.find(({ type, selected }) => type === 'candidate-pair' && selected === true);
}

function outbound(stat: Stat, byId: ReadonlyMap<string, Stat>): FlowSample {
  const remote = byId.get(text(stat, 'remoteId') ?? '');
  const source = byId.get(text(stat, 'mediaSourceId') ?? '');
  return {
    ...common(stat, byId),
    direction: 'up',
    track: text(source, 'trackIdentifier') ?? '',
    bytes: number(stat, 'bytesSent') ?? 0,
    packets: number(stat, 'packetsSent') ?? 0,
    lost: number(remote, 'packetsLost'),
    jitterMs: inMs(remote, 'jitter'),
    limitedBy: text(stat, 'qualityLimitationReason'),
  };
}

function inbound(stat: Stat, byId: ReadonlyMap<string, Stat>): FlowSample {
  const lost = number(stat, 'packetsLost') ?? 0;
  return {
    ...common(stat, byId),
    direction: 'down',
    track: text(stat, 'trackIdentifier') ?? '',
    bytes: number(stat, 'bytesReceived') ?? 0,
    packets: (number(stat, 'packetsReceived') ?? 0) + lost,
    lost,
    jitterMs: inMs(stat, 'jitter'),
    limitedBy: null,
  };
}

function common(stat: Stat, byId: ReadonlyMap<string, Stat>) {
  const codec = byId.get(text(stat, 'codecId') ?? '');
  return {
    id: text(stat, 'id') ?? '',
    kind: stat.kind === 'audio' ? 'audio' : 'video',
    codec: text(codec, 'mimeType')?.replace(/^\w+\//u, '') ?? null,
    width: number(stat, 'frameWidth'),
    height: number(stat, 'frameHeight'),
    framesPerSecond: number(stat, 'framesPerSecond'),
  } as const;
}

function number(stat: Stat | undefined, member: string): number | null {
  const value = stat?.[member];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function text(stat: Stat | undefined, member: string): string | null {
  const value = stat?.[member];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The standard counts in seconds. */
function inMs(stat: Stat | undefined, member: string): number | null {
  const seconds = number(stat, member);
  return seconds === null ? null : seconds * 1_000;
}
