import type { wire } from '@tureen/client';
import type { CallOutcome, CallRow, Happening, PersonView, RingingCall } from './homeState';

/** How a call went, for one of its parties. */
export function outcomeOf(call: wire.Call, me: string): CallOutcome {
  const isOutgoing = call.caller === me;
  if (typeof call.connected_at === 'number') return isJoined(call, me) ? 'answered' : missedOr(call, me);
  if (!isOutgoing) return missedOr(call, me);
  if (call.end === 'rejected' || call.end === 'busy') return 'rejected';
  return call.end === 'cancelled' ? 'cancelled' : 'unanswered';
}

export function callRow(call: wire.Call, me: string, person: (id: string) => PersonView): CallRow {
  const others = call.parties.map(({ user }) => user).filter((user) => user !== me);
  const { connected_at: connected = null, ended_at: ended = null } = call;
  return {
    id: call.id,
    people: others.map(person),
    isOutgoing: call.caller === me,
    media: call.media,
    outcome: outcomeOf(call, me),
    atMs: call.created_at,
    lastedMs: connected === null || ended === null ? null : ended - connected,
  };
}

/** A call that rings, for its dialog. */
export function ringingCall(call: wire.Call, me: string, person: (id: string) => PersonView): RingingCall {
  const others = call.parties.map(({ user }) => user).filter((user) => user !== me && user !== call.caller);
  return { id: call.id, caller: person(call.caller), others: others.map(person), media: call.media };
}

/** Why a call that this page was in is over. */
export function endWords(call: wire.Call, me: string): string {
  const words: Record<CallOutcome, string> = {
    answered: call.end === 'lost' ? 'The connection was lost' : 'The call has ended',
    missed: 'The call has ended',
    rejected: call.end === 'busy' ? 'In another call just now' : 'The call was declined',
    cancelled: 'The call was given up',
    unanswered: 'No answer',
  };
  return words[outcomeOf(call, me)];
}

/** A line in the conversation. */
export function callWordsOf(call: wire.Call, me: string, name: (id: string) => string): Pick<Happening, 'icon' | 'text'> {
  const what = call.media === 'video' ? 'Video call' : 'Call';
  switch (outcomeOf(call, me)) {
    case 'answered':
      return { icon: 'phone', text: `${what}, ${lastedWords(call)}` };
    case 'missed':
      return { icon: 'missed', text: `Missed ${what.toLowerCase()} from ${name(call.caller)}` };
    case 'rejected':
      return { icon: 'missed', text: call.caller === me ? `${what}, declined` : `You declined a ${what.toLowerCase()}` };
    case 'cancelled':
      return { icon: 'missed', text: `${what}, given up` };
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
