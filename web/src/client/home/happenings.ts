import type { Notice, wire } from '@tureen/client';
import { callWordsOf } from './callTrace';
import type { Happening } from './homeState';

const ROLES: Record<wire.MemberRole, string> = { owner: 'an owner', moderator: 'a moderator', member: 'a plain member' };

/** What happened between messages, in words. */
export function happeningOf({ seq, at, sender, happening }: Notice, me: string, nameOf: (id: string) => string): Happening {
  const who = (id: string): string => (id === me ? 'You' : nameOf(id));
  const line = { id: `at ${seq}`, atMs: at, icon: 'people' } as const;
  switch (happening.kind) {
    case 'joined':
      return { ...line, text: joinedWords(who(sender), happening.users, sender, me, nameOf) };
    case 'left': {
      const others = happening.users.filter((user) => user !== sender);
      return { ...line, text: others.length === 0 ? `${who(sender)} left` : `${who(sender)} removed ${listed(others, me, nameOf)}` };
    }
    case 'role_changed':
      return { ...line, text: `${who(happening.user)} ${happening.user === me ? 'are' : 'is'} ${ROLES[happening.role]} now` };
    case 'renamed':
      return { ...line, text: `${who(sender)} named this “${happening.title ?? ''}”` };
    case 'call_ended':
      return { ...line, ...callWordsOf(happening.call, me, who) };
  }
}

/** Who begins a group is the first of those who come in. */
function joinedWords(who: string, users: readonly string[], sender: string, me: string, nameOf: (id: string) => string): string {
  const others = users.filter((user) => user !== sender);
  if (others.length === 0) return `${who} joined`;
  const whom = listed(others, me, nameOf);
  return others.length < users.length ? `${who} began this with ${whom}` : `${who} added ${whom}`;
}

/** Within a sentence. */
function listed(users: readonly string[], me: string, nameOf: (id: string) => string): string {
  const names = users.map((user) => (user === me ? 'you' : nameOf(user)));
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}
