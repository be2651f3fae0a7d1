/** How good a direct path was during a stretch of time. */
export interface PathQuality {
  /** Of the packets of both directions the worse share that was lost, 0 to 1. */
  readonly lossShare: number;
  readonly roundTripMs: number | null;
}

/** What one look at the statistics shows of the time since the look before. */
export interface Look {
  /** Of the packets that should have arrived the share that was lost; null where they were too few to tell. */
  readonly arriving: number | null;
  /** Of the packets that were sent the share that was lost, as the other side reports; 0 without a fresh report. */
  readonly sent: number;
  /** Of the last check on the pair that is used. */
  readonly roundTripMs: number | null;
}

/** Counters of what came in, to tell what changes from one look to the next. */
export interface Received {
  readonly packets: number;
  readonly lost: number;
}

/** As much of a statistics entry (W3C WebRTC statistics) as is read here. */
export interface StatEntry {
  readonly type: string;
  readonly timestamp?: number;
  readonly packetsReceived?: number;
  readonly packetsLost?: number;
  readonly fractionLost?: number;
  readonly id?: string;
  readonly selectedCandidatePairId?: string;
  readonly selected?: boolean;
  readonly nominated?: boolean;
  readonly currentRoundTripTime?: number;
}

/** Sound alone has a hundred in two seconds. */
const FEW_PACKETS = 20;
/** Reports on sound come every 2.5 to 7.5 s (RFC 3550 section 6.2); the last one stays when nothing is sent any more. */
const REPORT_MS = 8_000;

export function received(stats: readonly StatEntry[]): Received {
  const inbound = stats.filter(({ type }) => type === 'inbound-rtp');
  const sum = (values: readonly (number | undefined)[]) => values.reduce((total: number, one) => total + (one ?? 0), 0);
  return { packets: sum(inbound.map((one) => one.packetsReceived)), lost: sum(inbound.map((one) => one.packetsLost)) };
}

export function look(stats: readonly StatEntry[], before: Received): Look {
  const now = received(stats);
  const lost = Math.max(0, now.lost - before.lost);
  const expected = Math.max(0, now.packets - before.packets) + lost;
  const seconds = usedPair(stats)?.currentRoundTripTime;
  return {
    arriving: expected < FEW_PACKETS ? null : lost / expected,
    sent: reportedLoss(stats),
    roundTripMs: seconds === undefined ? null : seconds * 1000,
  };
}

/** Entries about this side bear the time of the look, those about the other one the time of its report. */
function reportedLoss(stats: readonly StatEntry[]): number {
  const now = Math.max(...stats.map(({ timestamp = 0 }) => timestamp));
  const reports = stats.filter(({ type, timestamp = now }) => type === 'remote-inbound-rtp' && now - timestamp < REPORT_MS);
  return Math.max(0, ...reports.map(({ fractionLost = 0 }) => fractionLost));
}

/**
 * The transport names the pair that is used, Firefox the pair itself; its state is no sign, as checks that take long are
 * always under way on a slow one. Without either it is one that was nominated, of which there may be several.
 */
function usedPair(stats: readonly StatEntry[]): StatEntry | undefined {
  const named = stats.find((one) => one.type === 'transport')?.selectedCandidatePairId;
  const pairs = stats.filter(({ type }) => type === 'candidate-pair');
  return pairs.find(({ id, selected }) => selected === true || (id !== undefined && id === named)) ?? pairs.find(({ nominated }) => nominated);
}
