/** How good a direct path was during a stretch of time. */
export interface PathQuality {
  /** Of the packets of both directions the worse share that was lost, 0 to 1. */
  readonly lossShare: number;
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
  readonly packetsReceived?: number;
  readonly packetsLost?: number;
  readonly fractionLost?: number;
  readonly id?: string;
  readonly selectedCandidatePairId?: string;
  readonly selected?: boolean;
  readonly nominated?: boolean;
  readonly state?: string;
  readonly currentRoundTripTime?: number;
}

export function received(stats: readonly StatEntry[]): Received {
  const inbound = stats.filter(({ type }) => type === 'inbound-rtp');
  const sum = (values: readonly (number | undefined)[]) => values.reduce((total: number, one) => total + (one ?? 0), 0);
  return { packets: sum(inbound.map((one) => one.packetsReceived)), lost: sum(inbound.map((one) => one.packetsLost)) };
}

export function quality(stats: readonly StatEntry[], before: Received): PathQuality {
  const now = received(stats);
  const packets = Math.max(0, now.packets - before.packets);
  const lost = Math.max(0, now.lost - before.lost);
  const incoming = packets + lost === 0 ? 0 : lost / (packets + lost);
  const outgoing = stats.filter(({ type }) => type === 'remote-inbound-rtp').map((one) => one.fractionLost ?? 0);
  const seconds = usedPair(stats)?.currentRoundTripTime;
  return { lossShare: Math.max(incoming, ...outgoing), roundTripMs: seconds === undefined ? null : seconds * 1000 };
}

/** Several pairs may have been nominated; the transport names the one that is used, Firefox the pair itself. */
function usedPair(stats: readonly StatEntry[]): StatEntry | undefined {
  const named = stats.find((one) => one.type === 'transport')?.selectedCandidatePairId;
  const pairs = stats.filter(({ type, state }) => type === 'candidate-pair' && state === 'succeeded');
  return pairs.find(({ id, selected }) => selected === true || (id !== undefined && id === named)) ?? pairs.find(({ nominated }) => nominated);
}
