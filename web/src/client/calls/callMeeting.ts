import type { CallSession, Chats, Connection, MediaSource, wire } from '@tureen/client';
import { type DeviceLists, listDevices } from '../lobby/devices';
import type { PreferenceStore } from '../memory/preferences';
import type { Meeting, SwitchableDevice } from '../meeting/meeting';
import { type ChatWork, MeetingBoard } from '../meeting/meetingBoard';
import type { LinkQuality } from '../meeting/meetingState';
import type { LinkReport } from '../statistics/linkReport';
import type { ServerFacts } from '../serverFacts';
import { type ReadableStore, Store } from '../store';
import { CallChat } from './callChat';
import { CallDevices } from './callDevices';
import { type CallPath, callPath, type PathKind } from './callPath';
import { callPeople } from './callPeople';

export interface CallAround {
  readonly me: string;
  readonly nameOf: (user: string) => string;
  readonly connection: Connection;
  readonly chats: Pick<Chats, 'get' | 'direct'>;
  readonly facts: ServerFacts;
  /** The name of the group that a call is of; null: of none. */
  readonly groupOf: (call: wire.Call) => string | null;
  readonly preferences: PreferenceStore;
  readonly report: (error: unknown) => void;
}

const RIGHTS = { microphone: true, camera: true, screen: true, chat: true, rename: false };

/** A call as a meeting: the same page shows both, however the call's media flows. */
export class CallMeeting extends MeetingBoard implements Meeting {
  readonly session: CallSession;
  /** The person went out of it on purpose. */
  hasLeft = false;
  readonly #around: CallAround;
  readonly #path = new Store<CallPath | null>(null);
  readonly #devices: CallDevices;
  readonly #stops: (() => void)[] = [];
  readonly #chat: CallChat;

  constructor(session: CallSession, around: CallAround) {
    super({ rights: RIGHTS, audience: null });
    this.session = session;
    this.#around = around;
    this.#devices = new CallDevices(around.preferences, (source, track) => session.media.setTrack(source, track));
    const { media } = session;
    const stores = [session.record, session.phase, media.remote, media.state, media.quality, this.#devices.store];
    this.#stops.push(...stores.map((store) => store.subscribe(() => this.#show())));
    this.#show();
    this.#chat = new CallChat({ call: session.record, ...around });
    this.#stops.push(this.#chat.store.subscribe(() => this.#showChat()), this.store.subscribe(() => this.#readChat()));
  }

  /** Of the call; null: it is of none. */
  get group(): string | null {
    return this.#around.groupOf(this.session.record.get());
  }

  /** What stands on top of the page: the group, or who else was called. */
  get room(): string {
    const { me, nameOf } = this.#around;
    if (this.group !== null) return this.group;
    const others = this.session.record.get().parties.filter(({ user }) => user !== me);
    return others.map(({ user }) => nameOf(user)).join(', ');
  }

  get files(): Meeting['files'] {
    return this.#chat.files;
  }

  /** How the media flows. */
  get path(): ReadableStore<CallPath | null> {
    return this.#path;
  }

  /** Opens what the person brings. A device that does not open is told, and the call goes on without it. */
  async bring(media: 'audio' | 'video'): Promise<void> {
    await Promise.all([
      this.attempt('microphone', () => this.#devices.open('microphone')),
      media === 'video' ? this.attempt('camera', () => this.#devices.open('camera')) : null,
    ]);
  }

  toggleMicrophone(): void {
    void this.attempt('microphone', () => this.#toggle('microphone', () => this.#devices.open('microphone')));
  }

  toggleCamera(): void {
    void this.attempt('camera', () => this.#toggle('camera', () => this.#devices.open('camera')));
  }

  toggleScreen(): void {
    void this.attempt('screen', () => this.#toggle('screen_share', () => this.#devices.openScreen()));
  }

  sendMessage(text: string, replyTo: string | null): boolean {
    return this.#chat.send(text.trim(), replyTo);
  }

  resendMessage(id: string): void {
    this.#chat.resend(id);
  }

  unblockSound(): void {
    // Whoever took or made a call has touched the page: nothing is blocked.
  }

  rename(): void {
    // A person's name is the application's matter.
  }

  listDevices(): Promise<DeviceLists> {
    return listDevices(navigator.mediaDevices, false);
  }

  switchDevice(device: SwitchableDevice, id: string): void {
    if (device === 'speaker') return;
    this.#around.preferences.change(device === 'camera' ? { cameraId: id } : { microphoneId: id });
    void this.attempt(device, () => this.#devices.switch(device));
  }

  favour(): void {
    // A direct path has one picture, and the room's layers follow what is drawn.
  }

  readLink(): Promise<LinkReport> {
    const quality = this.session.media.quality.get();
    const state = this.session.media.state.get();
    const nothing = { bitsPerSecond: 0, lostShare: null, jitterMs: null };
    return Promise.resolve({
      quality: this.#quality(),
      roundTripMs: quality?.roundTripMs ?? null,
      up: nothing,
      down: { ...nothing, lostShare: quality?.lossShare ?? null },
      protocol: state.kind === 'none' ? null : state.path === 'direct' ? 'direct' : 'media server',
      cipher: null,
      limitedBy: null,
      streams: [],
    });
  }

  /** Rings somebody further. */
  invite(user: string): void {
    this.session.invite([user]).catch((error: unknown) => this.explain(error, 'Nobody could be added.'));
  }

  /** Sends the media another way; it goes on meanwhile. */
  move(path: PathKind): void {
    this.session.move(path).catch((error: unknown) => this.explain(error, 'The call could not be moved.'));
  }

  leave(): void {
    this.hasLeft = true;
    this.session.hangUp().catch(() => undefined); // media has ended here, and the server notices by itself
  }

  end(): void {
    for (const stop of this.#stops) stop();
    this.#chat.end();
    this.#devices.end();
  }

  protected override changeChat(work: ChatWork): Promise<void> {
    return this.#chat.change(work);
  }

  #showChat(): void {
    const { audience, messages, areNews, isRead } = this.#chat.store.get();
    this.dispatch({ kind: 'messages_changed', messages, areNews });
    if (isRead) this.dispatch({ kind: 'chat_read' });
    this.dispatch({ kind: 'audience_changed', audience });
  }

  /** What is looked at here is read in the conversation too. */
  #readChat(): void {
    if (this.store.get().panel === 'chat' && document.visibilityState === 'visible') this.#chat.markRead();
  }

  async #toggle(source: MediaSource, open: () => Promise<void>): Promise<void> {
    if (!this.#devices.isOn(source)) return open();
    this.#devices.close(source);
    if (source === 'screen_share') this.#devices.close('screen_share_audio');
  }

  #show(): void {
    const { session } = this;
    const { me, nameOf } = this.#around;
    const call = session.record.get();
    const people = callPeople({
      call,
      me,
      nameOf,
      own: this.#devices.store.get(),
      remote: session.media.remote.get(),
      quality: this.#quality(),
    });
    this.dispatch({ kind: 'people_changed', people, rights: RIGHTS });
    this.dispatch({ kind: 'connection_changed', connection: { kind: this.#connection() } });
    this.#path.set(callPath(session));
  }

  #connection(): 'connecting' | 'connected' | 'reconnecting' | 'left' {
    if (this.session.phase.get() === 'ended') return 'left';
    const { kind } = this.session.media.state.get();
    if (kind === 'flowing') return 'connected';
    // On the way to another path, what the old one brings goes on.
    return this.session.media.remote.get().length > 0 ? 'connected' : kind === 'failed' ? 'reconnecting' : 'connecting';
  }

  #quality(): LinkQuality {
    const quality = this.session.media.quality.get();
    if (quality === null) return 'unknown';
    if (quality.lossShare > 0.08 || (quality.roundTripMs ?? 0) > 500) return 'poor';
    return quality.lossShare > 0.02 || (quality.roundTripMs ?? 0) > 250 ? 'good' : 'excellent';
  }
}
