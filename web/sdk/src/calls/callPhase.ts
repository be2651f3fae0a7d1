import type { Call, LegState } from '../protocol';

/**
 * A call as this device sees it:
 *
 *     incoming    it rings here, or may
 *     calling     this device calls; nobody has answered yet
 *     inside      this device takes part
 *     elsewhere   it goes on without this device: on another one, or after this person left; `join` comes in
 *     ended
 */
export type CallPhase = 'incoming' | 'calling' | 'inside' | 'elsewhere' | 'ended';

export interface Beholder {
  readonly user: string;
  readonly device: string;
  /** Whether this page takes part: after a reload it does not, whatever the record says of the device. */
  readonly isHere: boolean;
  readonly leg: LegState | null;
}

const OPEN_LEGS: readonly LegState[] = ['pending', 'delivered', 'ringing'];

export function callPhase(call: Call, { user, device, isHere, leg }: Beholder): CallPhase {
  if (call.state === 'ended') return 'ended';
  const party = call.parties.find((one) => one.user === user);
  if (party === undefined) return 'elsewhere';
  const isInside = party.state === 'joined' || party.state === 'reconnecting';
  if (isInside && party.device === device && isHere) return hasBegun(call) ? 'inside' : 'calling';
  const isCalled = party.state === 'called' || party.state === 'ringing';
  return isCalled && (leg === null || OPEN_LEGS.includes(leg)) ? 'incoming' : 'elsewhere';
}

function hasBegun({ state }: Call): boolean {
  return state === 'connecting' || state === 'active';
}
