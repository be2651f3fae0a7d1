import type { LinkQuality } from '../meeting/meetingState';
import type { FlowSample, LinkSample } from './linkSample';

export interface Direction {
  readonly bitsPerSecond: number;
  /** Of all packets, 0 to 1; null while too few have gone to say. */
  readonly lostShare: number | null;
  readonly jitterMs: number | null;
}

/** What a track is called, and whose it is. */
export interface TrackName {
  /** Null for one's own. */
  readonly person: string | null;
  readonly source: 'camera' | 'microphone' | 'screen' | 'screen sound';
}

export interface StreamReport extends Direction {
  readonly id: string;
  readonly direction: 'up' | 'down';
  readonly name: TrackName;
  readonly codec: string | null;
  /** `1280 × 720`; null for sound. */
  readonly size: string | null;
  readonly framesPerSecond: number | null;
}

export interface LinkReport {
  /** The server's own judgement. */
  readonly quality: LinkQuality;
  readonly roundTripMs: number | null;
  readonly up: Direction;
  readonly down: Direction;
  readonly protocol: string | null;
  readonly cipher: string | null;
  /** What keeps the own picture from being better. */
  readonly limitedBy: 'bandwidth' | 'cpu' | null;
  /** Those that flow; a camera that is sent in several layers has several. */
  readonly streams: readonly StreamReport[];
}

/** Losses are counted over this many samples: in one second alone a single packet would be percents. */
export const WINDOW = 10;
/** Fewer packets than this say nothing about loss. */
const LEAST_PACKETS = 20;

export interface ReportContext {
  readonly quality: LinkQuality;
  /** Undefined for tracks that have gone since. */
  readonly nameOf: (track: string) => TrackName | undefined;
}

/** What the last samples say, the newest last; at least one. */
export function report(samples: readonly LinkSample[], { quality, nameOf }: ReportContext): LinkReport {
  const [now, before, oldest] = [samples.at(-1), samples.at(-2), samples.at(-WINDOW) ?? samples[0]];
  if (now === undefined || oldest === undefined) throw new RangeError('A report needs a sample.');
  const flows = now.flows.map((flow) => progress(flow, { now, before, oldest }));
  const streams = flows.flatMap((flow) => {
    const name = nameOf(flow.track);
    return name === undefined || flow.bitsPerSecond <= 0 ? [] : [stream(flow, name)];
  });
  return {
    quality,
    roundTripMs: now.roundTripMs,
    up: together(flows.filter(({ direction }) => direction === 'up')),
    down: together(flows.filter(({ direction }) => direction === 'down')),
    protocol: now.protocol,
    cipher: now.cipher,
    limitedBy: limit(flows),
    streams,
  };
}

interface Progress extends FlowSample {
  readonly bitsPerSecond: number;
  /** Over the whole window. */
  readonly windowPackets: number;
  readonly windowLost: number | null;
}

function progress(flow: FlowSample, { now, before, oldest }: { now: LinkSample; before?: LinkSample | undefined; oldest: LinkSample }): Progress {
  const find = (sample: LinkSample | undefined): FlowSample | undefined => sample?.flows.find(({ id }) => id === flow.id);
  const [last, first] = [find(before), find(oldest)];
  const seconds = before === undefined ? 0 : (now.atMs - before.atMs) / 1_000;
  const bytes = last === undefined ? 0 : Math.max(0, flow.bytes - last.bytes);
  return {
    ...flow,
    bitsPerSecond: seconds > 0 ? (bytes * 8) / seconds : 0,
    windowPackets: Math.max(0, flow.packets - (first?.packets ?? 0)),
    // A late packet can be taken back from the lost ones.
    windowLost: flow.lost === null ? null : Math.max(0, flow.lost - (first?.lost ?? 0)),
  };
}

function stream(flow: Progress, name: TrackName): StreamReport {
  const { id, direction, codec, width, height, framesPerSecond, kind } = flow;
  const size = kind === 'video' && width !== null && height !== null ? `${width} × ${height}` : null;
  return { id, direction, name, codec, size, framesPerSecond, ...together([flow]) };
}

function together(flows: readonly Progress[]): Direction {
  const told = flows.filter(({ windowLost }) => windowLost !== null);
  const packets = sum(told.map(({ windowPackets }) => windowPackets));
  const lost = sum(told.map(({ windowLost }) => windowLost ?? 0));
  return {
    bitsPerSecond: sum(flows.map(({ bitsPerSecond }) => bitsPerSecond)),
    lostShare: packets >= LEAST_PACKETS ? Math.min(1, lost / packets) : null,
    jitterMs: jitter(flows),
  };
}

/** The worst of the voices, else of the pictures: these come in bursts, which is no fault of the network. */
function jitter(flows: readonly Progress[]): number | null {
  const flowing = flows.filter(({ bitsPerSecond }) => bitsPerSecond > 0);
  const voices = flowing.filter(({ kind }) => kind === 'audio');
  const known = (voices.length > 0 ? voices : flowing).flatMap(({ jitterMs }) => (jitterMs === null ? [] : [jitterMs]));
  return known.length > 0 ? Math.max(...known) : null;
}

function limit(flows: readonly Progress[]): LinkReport['limitedBy'] {
  const reasons = flows.filter(({ bitsPerSecond }) => bitsPerSecond > 0).map(({ limitedBy }) => limitedBy);
  return (['bandwidth', 'cpu'] as const).find((reason) => reasons.includes(reason)) ?? null;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
