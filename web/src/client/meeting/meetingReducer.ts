import type {
  ChatAudience,
  ChatMessage,
  Connection,
  Control,
  MeetingState,
  Notice,
  Panel,
  Person,
  Rights,
} from './meetingState';

/** Everything that can happen to the room page's state; the reducer is a table with one handler per kind. */
export type MeetingEvent =
  | { readonly kind: 'connection_changed'; readonly connection: Connection }
  | { readonly kind: 'people_changed'; readonly people: readonly Person[]; readonly rights: Rights }
  | { readonly kind: 'person_joined'; readonly name: string }
  | { readonly kind: 'person_left'; readonly name: string }
  | MessagesChanged
  | { readonly kind: 'chat_read' }
  | { readonly kind: 'audience_changed'; readonly audience: ChatAudience | null }
  | { readonly kind: 'panel_toggled'; readonly panel: Exclude<Panel, 'none'> }
  | { readonly kind: 'panel_opened'; readonly panel: Exclude<Panel, 'none'> }
  | { readonly kind: 'panel_closed' }
  | { readonly kind: 'noticed'; readonly tone: Notice['tone']; readonly text: string; readonly hint?: string }
  | { readonly kind: 'notice_dismissed'; readonly id: number }
  | { readonly kind: 'sound_blocked'; readonly blocked: boolean }
  | { readonly kind: 'control_busy'; readonly control: Control; readonly busy: boolean };

/** All messages as they are now. ``areNews``: those that were not there before came just now. */
export interface MessagesChanged {
  readonly kind: 'messages_changed';
  readonly messages: readonly ChatMessage[];
  readonly areNews: boolean;
}

export const MAX_MESSAGES = 500;
export const MAX_NOTICES = 3;

type Handlers = {
  readonly [K in MeetingEvent['kind']]: (
    state: MeetingState,
    event: Extract<MeetingEvent, { kind: K }>,
  ) => MeetingState;
};

const HANDLERS: Handlers = {
  connection_changed: (state, { connection }) => ({ ...state, connection }),
  people_changed: (state, { people, rights }) => ({
    ...state,
    people: keepUnchanged(state.people, people),
    rights: sameFields(state.rights, rights) ? state.rights : rights,
  }),
  person_joined: (state, { name }) => notice(state, 'info', `${name} joined`),
  person_left: (state, { name }) => notice(state, 'info', `${name} left`),
  messages_changed: handleMessages,
  chat_read: (state) => (state.unread === 0 ? state : { ...state, unread: 0 }),
  audience_changed: handleAudience,
  panel_toggled: (state, { panel }) => openPanel(state, state.panel === panel ? 'none' : panel),
  panel_opened: (state, { panel }) => openPanel(state, panel),
  panel_closed: (state) => openPanel(state, 'none'),
  noticed: (state, { tone, text, hint }) => notice(state, tone, text, hint),
  notice_dismissed: (state, { id }) => ({ ...state, notices: state.notices.filter((shown) => shown.id !== id) }),
  sound_blocked: (state, { blocked }) => ({ ...state, soundBlocked: blocked }),
  control_busy: (state, { control, busy }) => {
    const others = state.busy.filter((one) => one !== control);
    return { ...state, busy: busy ? [...others, control] : others };
  },
};

export function reduceMeeting(state: MeetingState, event: MeetingEvent): MeetingState {
  // Each handler takes the event of its own kind; the table's type guarantees it, an indexed call cannot say it.
  const handle = HANDLERS[event.kind] as (state: MeetingState, event: MeetingEvent) => MeetingState;
  return handle(state, event);
}

function handleMessages(state: MeetingState, { messages, areNews }: MessagesChanged): MeetingState {
  const known = new Set(state.messages.map(({ id }) => id));
  const shown: MeetingState = { ...state, messages: messages.slice(-MAX_MESSAGES) };
  const arrived = areNews ? messages.filter(({ id, isLocal }) => !isLocal && !known.has(id)) : [];
  if (arrived.length === 0 || state.panel === 'chat') return shown;
  const unread = Math.min(state.unread + arrived.length, MAX_MESSAGES);
  const say = (next: MeetingState, { name, text, attachments = [] }: ChatMessage): MeetingState =>
    notice(next, 'info', `${name}: ${shorten(text === '' ? attachments.map((file) => file.name).join(', ') : text)}`);
  return arrived.reduce(say, { ...shown, unread });
}

/** Where the chat ends, its panel closes; what was written stays in the conversation that it was written in. */
function handleAudience(state: MeetingState, { audience }: Extract<MeetingEvent, { kind: 'audience_changed' }>): MeetingState {
  const ends = audience === null && state.audience !== null;
  const isOpen = state.panel === 'chat';
  const next: MeetingState = { ...state, audience, ...(ends && { unread: 0 }), ...(ends && isOpen && { panel: 'none' }) };
  return ends && isOpen ? notice(next, 'info', 'The chat has closed', 'More than two are in the call now, and they have no conversation together.') : next;
}

function openPanel(state: MeetingState, panel: Panel): MeetingState {
  if (panel !== 'chat') return { ...state, panel };
  if (state.audience === null) return state;
  // The chat itself says it now; only problems stay on top of it.
  return { ...state, panel, unread: 0, notices: state.notices.filter(({ tone }) => tone === 'problem') };
}

function notice(state: MeetingState, tone: Notice['tone'], text: string, hint?: string): MeetingState {
  const added = { id: state.nextNotice, tone, text, hint: hint ?? null };
  return { ...state, notices: [...state.notices, added].slice(-MAX_NOTICES), nextNotice: state.nextNotice + 1 };
}

/** Keeps the old object for everybody who did not change, so that only changed tiles are drawn again. */
function keepUnchanged(before: readonly Person[], after: readonly Person[]): readonly Person[] {
  const known = new Map(before.map((person) => [person.identity, person]));
  const merged = after.map((person) => {
    const old = known.get(person.identity);
    if (old === undefined) return person;
    if (samePerson(old, person)) return old;
    return sameSounds(old, person) ? { ...person, sounds: old.sounds } : person;
  });
  const same = merged.length === before.length && merged.every((person, index) => person === before[index]);
  return same ? before : merged;
}

function samePerson(a: Person, b: Person): boolean {
  return sameSounds(a, b) && sameFields({ ...a, sounds: null }, { ...b, sounds: null });
}

function sameSounds(a: Person, b: Person): boolean {
  return a.sounds.length === b.sounds.length && a.sounds.every((sound, index) => sound === b.sounds[index]);
}

function sameFields<T extends object>(a: T, b: T): boolean {
  return (Object.keys(a) as (keyof T)[]).every((key) => Object.is(a[key], b[key]));
}

function shorten(text: string): string {
  const flat = text.replace(/\s+/gu, ' ');
  return flat.length > 80 ? `${flat.slice(0, 79)}…` : flat;
}
