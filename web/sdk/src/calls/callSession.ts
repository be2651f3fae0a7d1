import type { Connection } from '../connection/connection';
import type { Call, CallSignalled, LegState, MediaPath as PathKind } from '../protocol';
import { type ReadableStore, Store } from '../stores/store';
import { CallMedia, type PathMaker } from './callMedia';
import { type Beholder, type CallPhase, callPhase } from './callPhase';

/** How this device stands to a call. */
export type Standing = Pick<Beholder, 'isHere' | 'leg'>;

/** One call as this device sees it, with what a person can do about it. Actions reject with `CommandError`. */
export class CallSession {
  readonly id: string;
  readonly media: CallMedia;
  readonly #connection: Connection;
  readonly #record: Store<Call>;
  readonly #phase: Store<CallPhase>;
  #leg: LegState | null;
  #isHere: boolean;

  constructor(connection: Connection, call: Call, { isHere, leg }: Standing, maker: PathMaker) {
    this.id = call.id;
    this.#connection = connection;
    this.#record = new Store(call);
    this.#leg = leg;
    this.#isHere = isHere;
    this.#phase = new Store<CallPhase>(this.#readPhase());
    this.media = new CallMedia(maker);
    this.#follow();
  }

  /** The call as its parties see it. */
  get record(): ReadableStore<Call> {
    return this.#record;
  }

  get phase(): ReadableStore<CallPhase> {
    return this.#phase;
  }

  /** Takes the call on this device. Rejects with `conflict` if another device was quicker, `gone` if it is over. */
  async accept(): Promise<void> {
    await this.#enter(() => this.#connection.send({ type: 'call.accept', call: this.id }));
  }

  /** Comes in later, from another device, or again after the page was reloaded. */
  async join(): Promise<void> {
    await this.#enter(() => this.#connection.send({ type: 'call.join', call: this.id }));
  }

  /** Not now. `thisDevice`: the others go on ringing. */
  async reject(thisDevice = false): Promise<void> {
    await this.#connection.send({ type: 'call.reject', call: this.id, this_device: thisDevice });
  }

  /** Leaves, or cancels before anyone has answered. Media ends at once. */
  async hangUp(): Promise<void> {
    this.#isHere = false;
    this.#follow();
    await this.#connection.send({ type: 'call.hang_up', call: this.id });
  }

  /** Rings more people. */
  async invite(users: readonly string[]): Promise<void> {
    this.handleRecord((await this.#connection.send({ type: 'call.invite', call: this.id, users: [...users] })).call);
  }

  /** Changes the path while the call goes on: through the media server, or back to direct where two take part. */
  async move(path: PathKind): Promise<void> {
    this.handleRecord((await this.#connection.send({ type: 'call.move', call: this.id, path })).call);
  }

  /** Of two records the one with the higher version is true. */
  handleRecord(call: Call, leg: LegState | null = this.#leg): void {
    if (call.version < this.#record.get().version) return;
    this.#leg = leg;
    this.#record.set(call);
    this.#follow();
  }

  /** The server takes this page's start of a call for an answer to this one, which rang here: the page is in it. */
  handleStarted(call: Call): void {
    if (call.parties.some(({ device }) => device === this.#connection.device)) this.#isHere = true;
    this.handleRecord(call);
    this.#follow(); // the record may be known already
  }

  handleSignal(signal: CallSignalled): void {
    this.media.handleSignal(signal);
  }

  handleWelcome(): void {
    this.media.handleWelcome();
  }

  /** The server does not know it any more. */
  handleLost(): void {
    this.#record.update((call) => ({ ...call, state: 'ended', end: call.end ?? 'lost' }));
    this.#follow();
  }

  async #enter(ask: () => Promise<{ readonly call: Call }>): Promise<void> {
    const wasHere = this.#isHere;
    this.#isHere = true; // the record may come as an event before the answer
    try {
      this.handleRecord((await ask()).call);
    } catch (error) {
      this.#isHere = wasHere;
      this.#follow();
      throw error;
    }
  }

  #readPhase(): CallPhase {
    const user = this.#connection.welcome.get()?.me.id ?? '';
    const { device } = this.#connection;
    return callPhase(this.#record.get(), { user, device, isHere: this.#isHere, leg: this.#leg });
  }

  #follow(): void {
    const phase = this.#readPhase();
    if (phase === 'inside') this.media.handleRecord(this.#record.get());
    else this.media.end();
    this.#phase.set(phase);
  }
}
