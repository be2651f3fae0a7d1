import type { Chats, wire } from '@tureen/client';
import type { CallsNow } from '../calls/callCenter';
import { groupTitle } from '../calls/groupTitle';
import { othersInside } from '../calls/runningCalls';
import type { RingingCall, RunningCall } from './callViews';
import type { PersonView } from './homeState';
import { otherOf } from './views';

export interface CallScene {
  readonly now: CallsNow;
  readonly chats: Chats;
  readonly me: string;
  readonly person: (id: string) => PersonView;
}

/** Calls that ring, for their dialog. */
export function ringingCalls({ now, chats, me, person }: CallScene): RingingCall[] {
  return now.ringing.map((call) => ({
    id: call.id,
    caller: person(call.caller),
    others: othersOf(call, me)
      .filter((user) => user !== call.caller)
      .map(person),
    group: groupTitle(chats, call),
    media: call.media,
    leaves: now.talksWith,
  }));
}

/** Calls that one can come into. */
export function runningCalls({ now, chats, me, person }: CallScene): RunningCall[] {
  return now.running.map((call) => ({
    id: call.id,
    conversation: placeOf(call, chats, me),
    title: groupTitle(chats, call) ?? othersOf(call, me).map((user) => person(user).name).join(', '),
    inside: othersInside(call, me).map(person),
    media: call.media,
    isOnOtherDevice: call.parties.some(({ user, state }) => user === me && (state === 'joined' || state === 'reconnecting')),
    leaves: now.talksWith,
  }));
}

/** Where it is shown: its conversation, else the one with whom it began with. */
function placeOf(call: wire.Call, chats: Chats, me: string): string | null {
  if (call.conversation != null) return call.conversation;
  const first = call.caller === me ? call.parties.find(({ user }) => user !== me)?.user : call.caller;
  return chats.list.get().find(({ record }) => first !== undefined && otherOf(record.get(), me) === first)?.id ?? null;
}

function othersOf({ parties }: wire.Call, me: string): string[] {
  return parties.map(({ user }) => user).filter((user) => user !== me);
}
