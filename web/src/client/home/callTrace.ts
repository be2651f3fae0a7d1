import type { wire } from '@tureen/client';
import { othersInside } from '../calls/runningCalls';
import type { CallOutcome, CallRow } from './callViews';
import type { Happening, PersonView } from './homeState';

/** Whether somebody was called, or came in by themselves. */
export function isPartyOf({ parties }: wire.Call, me: string): boolean {
  return parties.some(({ user }) => user === me);
}

/** How a call went, for one of its parties. */
export function outcomeOf(call: wire.Call, me: string): CallOutcome {
  const isOutgoing = call.caller === me;
  if (typeof call.connected_at === 'number') return isJoined(call, me) ? 'answered' : missedOr(call, me);
  if (!isOutgoing) return missedOr(call, me);
  if (call.end === 'rejected' || call.end === 'busy') return 'rejected';
  return call.end === 'cancelled' ? 'cancelled' : 'unanswered';
}

export function callRow(call: wire.Call, me: string, person: (id: string) => PersonView, group: string | null): CallRow {
  const others = call.parties.map(({ user }) => user).filter((user) => user !== me);
  const { connected_at: connected = null, ended_at: ended = null } = call;
  return {
    id: call.id,
    conversation: call.conversation ?? null,
    group,
    people: others.map(person),
    isOutgoing: call.caller === me,
    media: call.media,
    outcome: outcomeOf(call, me),
    atMs: call.created_at,
    lastedMs: connected === null || ended === null ? null : ended - connected,
  };
}

/** Why this page, of this device, is no more in a call. The server may not have ended yet what was left here. */
export function endWords(call: wire.Call, me: string, device: string): string {
  if (call.state !== 'ended') return leftWords(call, me, device);
  const words: Record<CallOutcome, string> = {
    answered: call.end === 'lost' ? 'The connection was lost' : 'The call has ended',
    missed: 'The call has ended',
    rejected: call.end === 'busy' ? 'In another call just now' : 'The call was declined',
    cancelled: 'Cancelled',
    unanswered: 'No answer',
  };
  return words[outcomeOf(call, me)];
}

function leftWords(call: wire.Call, me: string, device: string): string {
  const own = call.parties.find(({ user }) => user === me);
  if (own?.state === 'joined' && own.device !== device) return 'The call goes on at your other device';
  const isAnswered = call.state === 'connecting' || call.state === 'active';
  if (!isAnswered && call.caller === me) return 'Cancelled';
  const goesOn = isAnswered && call.parties.length > 2 && othersInside(call, me).length > 0;
  return goesOn ? 'You left the call' : 'The call has ended';
}

/** A line in the conversation. */
export function callWordsOf(call: wire.Call, me: string, name: (id: string) => string): Pick<Happening, 'icon' | 'text'> {
  const what = call.media === 'video' ? 'Video call' : 'Call';
  if (!isPartyOf(call, me)) {
    const isConnected = typeof call.connected_at === 'number';
    return { icon: 'phone', text: isConnected ? `${what}, ${lastedWords(call)}` : `${what}, no answer` };
  }
  switch (outcomeOf(call, me)) {
    case 'answered':
      return { icon: 'phone', text: `${what}, ${lastedWords(call)}` };
    case 'missed':
      return { icon: 'missed', text: `Missed ${what.toLowerCase()} from ${name(call.caller)}` };
    case 'rejected':
      return { icon: 'missed', text: call.caller === me ? `${what}, declined` : `You declined a ${what.toLowerCase()}` };
    case 'cancelled':
      return { icon: 'missed', text: `${what}, cancelled` };
    case 'unanswered':
      return { icon: 'missed', text: `${what}, no answer` };
  }
}

function lastedWords({ connected_at: connected = null, ended_at: ended = null }: wire.Call): string {
  const minutes = connected === null || ended === null ? 0 : Math.round((ended - connected) / 60_000);
  return minutes < 1 ? 'less than a minute' : `${minutes} min`;
}

function isJoined(call: wire.Call, me: string): boolean {
  const own = call.parties.find(({ user }) => user === me);
  return own?.state === 'joined' || own?.state === 'left' || own?.state === 'reconnecting';
}

function missedOr(call: wire.Call, me: string): CallOutcome {
  return call.parties.find(({ user }) => user === me)?.state === 'rejected' ? 'rejected' : 'missed';
}
