import { Calls, type CallSession, type Chats, CommandError, type Connection, type wire } from '@tureen/client';
import type { CallMedia } from '../home/callViews';
import type { PreferenceStore } from '../memory/preferences';
import type { ServerFacts } from '../serverFacts';
import { Store } from '../store';
import { CallMeeting } from './callMeeting';
import { CallWaiting } from './callWaiting';
import { groupTitle } from './groupTitle';
import { lazyRoom, prepareRoom } from './lazyRoom';
import { Ringtone } from './ringtone';
import { othersInside, RunningCalls } from './runningCalls';

export interface CallState {
  /** Those that ring here, the first one first. */
  readonly ringing: readonly CallSession[];
  /** The one that this page is in, or makes. */
  readonly meeting: CallMeeting | null;
  /** The one for which that would have to be left. */
  readonly wanted: WantedCall | null;
}

interface WantedCall {
  readonly users: readonly string[];
  readonly media: CallMedia;
  readonly conversation: string | null;
}

const NO_CALLS: CallState = { ringing: [], meeting: null, wanted: null };

/** The same for home, whose state is drawn from records. */
export interface CallsNow {
  readonly ringing: readonly wire.Call[];
  readonly running: readonly wire.Call[];
  /** Whom the call that is on is with; null: none is. */
  readonly talksWith: string | null;
  /** Whether another call is wanted, for which that one would have to be left. */
  readonly isOtherWanted: boolean;
}

export interface CallCenterParts {
  readonly connection: Connection;
  readonly chats: Chats;
  readonly facts: ServerFacts;
  readonly me: string;
  readonly nameOf: (user: string) => string;
  readonly preferences: PreferenceStore;
  readonly report: (error: unknown) => void;
  /** A call of this page is over. */
  readonly onEnded: (call: CallSession) => void;
}

/** The calls of a person on this page: what rings, and the one that is on. */
export class CallCenter {
  readonly store = new Store(NO_CALLS);
  readonly running: RunningCalls;
  readonly waiting: CallWaiting;
  readonly #parts: CallCenterParts;
  readonly #calls: Calls;
  readonly #stops: (() => void)[];
  /** Out of these the person went, which the server may not have heard yet. */
  readonly #left = new WeakSet<CallSession>();
  #ringtone: Ringtone | null = null;
  #isJoining = false;

  constructor(parts: CallCenterParts) {
    this.#parts = parts;
    this.#calls = new Calls(parts.connection, { room: lazyRoom });
    this.running = new RunningCalls(this.#calls.open, parts.me);
    this.waiting = new CallWaiting(parts);
    this.#stops = [
      this.#calls.onIncoming((call) => this.#ring(call)),
      this.#calls.open.subscribe(() => this.#rejoin()),
      parts.connection.state.subscribe(() => this.#handleState()),
      parts.connection.onWelcome(() => this.#ringAgain()),
    ];
  }

  get now(): CallsNow {
    const { ringing, meeting, wanted } = this.store.get();
    return {
      ringing: ringing.map(({ record }) => record.get()),
      running: this.running.store.get(),
      talksWith: meeting?.room ?? null,
      isOtherWanted: wanted !== null,
    };
  }

  /** Calls people, or comes into the call that they have already. Out of another call only once that was asked for. */
  async start(users: readonly string[], media: CallMedia, conversation: string | null): Promise<void> {
    const { meeting } = this.store.get();
    if (meeting !== null) {
      const inside = othersInside(meeting.session.record.get(), this.#parts.me);
      if (users.every((user) => inside.includes(user))) this.#parts.report(new CommandError('conflict', 'You are in a call with them already.'));
      else this.store.update((state) => ({ ...state, wanted: { users, media, conversation } }));
      return;
    }
    const running = this.running.find(users, conversation);
    if (running !== null) return this.join(running.id, media);
    try {
      const call = await this.#calls.start(users, { media, ...(conversation !== null && { conversation }) });
      this.#enter(call, media);
    } catch (error) {
      this.#parts.report(error);
    }
  }

  /** Whether the call that is on is left for the one that is wanted. */
  answerWanted(leaves: boolean): void {
    const { meeting, wanted } = this.store.get();
    this.store.update((state) => ({ ...state, wanted: null }));
    if (!leaves || wanted === null) return;
    meeting?.leave();
    void this.start(wanted.users, wanted.media, wanted.conversation);
  }

  /** Takes a call; the one that is on is left. */
  async accept(id: string, media: CallMedia): Promise<void> {
    const call = this.#find(id);
    if (call === undefined) return;
    this.store.get().meeting?.leave();
    this.#silence(call);
    try {
      await call.accept();
      this.#enter(call, media);
    } catch (error) {
      this.#parts.report(error);
    }
  }

  /** Comes into a call that goes on without this page; the one that is on is left as soon as that is granted. */
  async join(id: string, media: CallMedia): Promise<void> {
    const call = this.#calls.open.get().find((one) => one.id === id);
    if (call?.phase.get() !== 'elsewhere' || this.#isJoining) return;
    this.#isJoining = true;
    try {
      await call.join();
      this.store.get().meeting?.leave();
      this.#enter(call, media);
    } catch (error) {
      this.#parts.report(error);
    } finally {
      this.#isJoining = false;
    }
  }

  async reject(id: string): Promise<void> {
    const call = this.#find(id);
    if (call === undefined) return;
    this.#silence(call);
    await call.reject().catch(this.#parts.report);
  }

  end(): void {
    for (const stop of this.#stops) stop();
    this.running.end();
    this.waiting.end();
    this.store.get().meeting?.end();
    this.#calls.end();
    this.store.set(NO_CALLS);
    this.#sound();
  }

  #find(id: string): CallSession | undefined {
    return this.store.get().ringing.find((call) => call.id === id);
  }

  #ring(call: CallSession): void {
    this.store.update((state) => ({ ...state, ringing: [...state.ringing, call] }));
    const stop = call.phase.subscribe(() => {
      if (call.phase.get() === 'incoming') return;
      stop();
      this.#silence(call);
    });
    this.#sound();
  }

  /** Who is not connected for good cannot answer. */
  #handleState(): void {
    if (this.#parts.connection.state.get().kind !== 'closed') return;
    this.store.update((state) => ({ ...state, ringing: [] }));
    this.#sound();
  }

  /** Whoever comes back after such an end finds what still rings. */
  #ringAgain(): void {
    const { ringing } = this.store.get();
    for (const call of this.#calls.open.get()) {
      if (call.phase.get() === 'incoming' && !ringing.includes(call)) this.#ring(call);
    }
  }

  #silence(call: CallSession): void {
    this.store.update((state) => ({ ...state, ringing: state.ringing.filter((one) => one !== call) }));
    this.#sound();
  }

  #enter(call: CallSession, media: CallMedia): void {
    const { chats, onEnded } = this.#parts;
    const meeting = new CallMeeting(call, { ...this.#parts, groupOf: (record) => groupTitle(chats, record) });
    this.#left.delete(call);
    this.store.update((state) => ({ ...state, meeting, wanted: null }));
    void meeting.bring(media);
    prepareRoom();
    const follow = (): void => {
      const phase = call.phase.get();
      this.#sound();
      if (phase === 'calling' || phase === 'inside') return;
      stop();
      if (meeting.hasLeft) this.#left.add(call);
      meeting.end();
      this.store.update((state) => (state.meeting === meeting ? { ...state, meeting: null, wanted: null } : state));
      this.#sound();
      onEnded(call);
    };
    const stop = call.phase.subscribe(follow);
    follow();
  }

  /** A page that was reloaded in the middle of a call comes back into it. */
  #rejoin(): void {
    const { connection, me } = this.#parts;
    if (this.store.get().meeting !== null || this.#isJoining) return;
    const mine = this.#calls.open.get().find((call) => {
      if (this.#left.has(call)) return false;
      const party = call.record.get().parties.find(({ user }) => user === me);
      return party?.device === connection.device && call.phase.get() === 'elsewhere' && party.state !== 'left';
    });
    if (mine === undefined) return;
    const media = mine.record.get().media;
    mine.join().then(
      () => this.#enter(mine, media),
      (error: unknown) => {
        if (!(error instanceof CommandError)) this.#parts.report(error);
      },
    );
  }

  /** What is heard. */
  #sound(): void {
    const { ringing, meeting } = this.store.get();
    const [first] = ringing;
    const calling = meeting?.session.phase.get() === 'calling';
    this.#ringtone?.stop();
    this.#ringtone = first !== undefined && meeting === null ? new Ringtone('incoming') : calling ? new Ringtone('outgoing') : null;
  }
}
