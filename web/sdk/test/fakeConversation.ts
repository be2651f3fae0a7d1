import type { Conversation, ConversationEvent, HistoryGet, Message, Messages } from '../src/protocol';
import type { FakeServer } from './fakeServer';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A conversation as the server keeps it: a log, and the messages that follow from it, computed in another way. */
export class FakeConversation {
  epoch = 'e1';
  log: ConversationEvent[] = [];
  /** Events before this position are kept no more. */
  keptAfter = 0;
  readonly #id: string;

  constructor(server: FakeServer, id: string) {
    this.#id = id;
    server.on('conversation.get', () => ({ type: 'conversation', conversation: this.record() }));
    server.on('conversation.list', () => ({ type: 'conversations', conversations: [this.record()] }));
    server.on('history.get', (command) => this.#page(command));
    server.on('events.get', ({ epoch, after, limit = 200 }) => {
      const recovered = epoch === this.epoch && after >= this.keptAfter && after <= this.log.length;
      return {
        type: 'events',
        epoch: this.epoch,
        events: recovered ? this.log.slice(after, after + limit) : [],
        ...(!recovered && { recovered }),
      };
    });
    server.on('mark.delivered', () => ({ type: 'done' }));
    server.on('mark.read', () => ({ type: 'done' }));
    server.on('message.send', (command) => {
      const known = this.log.find((one) => one.command === command.id);
      const { seq } = known ?? this.post(command.text ?? '', { sender: 'anna', command: command.id, thread: command.thread ?? null });
      return { type: 'sent', conversation: this.#id, epoch: this.epoch, seq, message: `m${seq}`, sent_at: seq };
    });
  }

  get head(): number {
    return this.log.length;
  }

  record(): Conversation {
    const last = this.messages(null).at(-1);
    return {
      id: this.#id,
      kind: 'group',
      epoch: this.epoch,
      head_seq: this.head,
      members: [{ user: 'anna', joined_at: 0 }, { user: 'ben', joined_at: 0 }],
      unread: this.messages(null).filter(({ sender }) => sender !== 'anna').length,
      created_at: 0,
      active_at: last?.sent_at ?? 0,
      ...(last !== undefined && { last_message: last }),
    };
  }

  post(text: string, { sender = 'ben', command = '', thread = null as string | null } = {}): ConversationEvent {
    const seq = this.head + 1;
    const message: Message = {
      id: `m${seq}`, conversation: this.#id, seq, sender, sent_at: seq, text, ...(thread !== null && { thread }),
    };
    return this.happen({ kind: 'posted', message }, sender, command);
  }

  happen(event: ConversationEvent['event'], sender = 'ben', command = ''): ConversationEvent {
    const seq = this.head + 1;
    const happened: ConversationEvent = {
      type: 'conversation.event', conversation: this.#id, epoch: this.epoch, seq, sender, at: seq, event,
      ...(command !== '' && { command }),
    };
    this.log.push(happened);
    return happened;
  }

  /** Messages as they are now, oldest first. */
  messages(thread: string | null): readonly Message[] {
    const all = new Map<string, Mutable<Message>>();
    for (const { event, sender, at } of this.log) {
      if (event.kind === 'posted') all.set(event.message.id, { ...event.message });
      else if ('message' in event) alter(all.get(event.message), event, sender, at);
    }
    for (const { thread: under } of [...all.values()]) countUnder(all.get(under ?? ''));
    return [...all.values()].filter((message) => (message.thread ?? null) === thread);
  }

  /** What happened and is no message, oldest first. */
  happenings(): readonly ConversationEvent[] {
    return this.log.filter(({ event }) => ['joined', 'left', 'role_changed', 'renamed', 'call_ended'].includes(event.kind));
  }

  #page(command: Omit<HistoryGet, 'id' | 'type' | 'conversation'>): Omit<Messages, 'id'> {
    const { before, after, thread = null, happenings = false, limit = 50 } = command;
    const upwards = after !== undefined && after !== null;
    const places = [...this.messages(thread), ...(happenings ? this.happenings() : [])].map(({ seq }) => seq).sort((a, b) => a - b);
    const found = places.filter((seq) => (upwards ? seq > after : seq < (before ?? Infinity)));
    const page = new Set(upwards ? found.slice(0, limit) : found.slice(-limit));
    const root = this.messages(null).find(({ id }) => id === thread);
    return {
      type: 'messages',
      messages: this.messages(thread).filter(({ seq }) => page.has(seq)),
      ...(happenings && { happenings: this.happenings().filter(({ seq }) => page.has(seq)) }),
      ...(root !== undefined && { root }),
      ...(page.size > 0 && { seq: this.head }),
      more: found.length > limit,
    };
  }
}

function alter(message: Mutable<Message> | undefined, event: ConversationEvent['event'], sender: string, at: number): void {
  if (message === undefined) return;
  if (event.kind === 'edited') Object.assign(message, { text: event.text, version: event.version, edited_at: at });
  if (event.kind === 'deleted') {
    Object.assign(message, { text: '', version: event.version, deleted_at: at, reactions: [], edited_at: null });
  }
  if (event.kind === 'reacted') message.reactions = withReaction(message, event.label, sender, event.on ?? true);
}

function countUnder(root: Mutable<Message> | undefined): void {
  if (root !== undefined) root.thread_replies = (root.thread_replies ?? 0) + 1;
}

function withReaction(message: Message, label: string, user: string, on: boolean): Message['reactions'] {
  if ((message.deleted_at ?? null) !== null) return [];
  const others = (message.reactions ?? []).flatMap((one) => one.users.map((each) => [one.label, each] as const));
  const kept = others.filter(([one, each]) => one !== label || each !== user);
  const pairs = on ? [...kept, [label, user] as const] : kept;
  const labels = [...new Set(pairs.map(([one]) => one))];
  return labels.map((one) => ({ label: one, users: pairs.filter(([other]) => other === one).map(([, each]) => each) }));
}
