import { vi } from 'vitest';

/** A track that can start and stop to bring media, as the browser's do. */
export class FakeTrack extends EventTarget {
  readonly kind: string;
  muted = false;
  readyState: 'live' | 'ended' = 'live';

  constructor(kind: string, { muted = false } = {}) {
    super();
    this.kind = kind;
    this.muted = muted;
  }

  bring(isFlowing: boolean): void {
    if (this.muted === !isFlowing) return;
    this.muted = !isFlowing;
    this.dispatchEvent(new Event(isFlowing ? 'unmute' : 'mute'));
  }
}

export function fakeTrack(kind: 'audio' | 'video'): MediaStreamTrack {
  return new FakeTrack(kind) as unknown as MediaStreamTrack;
}

type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

const SENDS: readonly Direction[] = ['sendrecv', 'sendonly'];
const RECEIVES: readonly Direction[] = ['sendrecv', 'recvonly'];

interface Section {
  readonly kind: string;
  readonly direction: Direction;
}

interface Description {
  readonly type: RTCSdpType;
  readonly sdp: string;
}

class FakeTransceiver {
  currentDirection: Direction | null = null;
  readonly sender: { track: FakeTrack | null; replaceTrack: (track: FakeTrack | null) => Promise<void>; setStreams: () => void };
  isFlowing = false;
  readonly receiver: { readonly track: FakeTrack; readonly getStats: () => Promise<Map<string, object>> };
  readonly kind: string;
  readonly #peer: FakePeer;
  #direction: Direction;
  #packets = 0;

  constructor(peer: FakePeer, kind: string, sent: FakeTrack | null, direction: Direction) {
    this.#peer = peer;
    this.kind = kind;
    this.#direction = direction;
    const track = new FakeTrack(kind, { muted: true });
    this.receiver = { track, getStats: () => Promise.resolve(this.#count()) };
    this.sender = {
      track: sent,
      setStreams: () => undefined,
      replaceTrack: (next) => {
        this.sender.track = next;
        this.#peer.network.update();
        return Promise.resolve();
      },
    };
  }

  /** Each look finds more than the one before, while media arrives. */
  #count(): Map<string, object> {
    const { network } = this.#peer;
    if (this.isFlowing && !network.isSilent) this.#packets += 15;
    const framesDecoded = network.hasPictures ? this.#packets : 0;
    return new Map([['in', { type: 'inbound-rtp', packetsReceived: this.#packets, framesDecoded }]]);
  }

  get direction(): Direction {
    return this.#direction;
  }

  set direction(direction: Direction) {
    this.#direction = direction;
    this.#peer.needNegotiation();
  }
}

/** Joins peers pairwise: two that agreed on descriptions connect, if the network lets them. */
export class FakeNetwork {
  isOpen = true;
  /** Media vanishes on the way, and no browser has noticed it yet. */
  isSilent = false;
  /** Tracks stay muted whatever comes, as Chromium leaves them after a rollback. */
  leavesMuted = false;
  /** What comes can be decoded. */
  hasPictures = true;
  readonly peers: FakePeer[] = [];
  lossShare = 0;

  readonly create = (): RTCPeerConnection => {
    const peer = new FakePeer(this);
    this.peers.push(peer);
    return peer as unknown as RTCPeerConnection;
  };

  update(): void {
    for (const peer of this.peers) peer.follow();
  }
}

/** As much of RTCPeerConnection as negotiation needs, with its rules: who may say what when, rollback, glare. */
export class FakePeer {
  readonly network: FakeNetwork;
  signalingState: RTCSignalingState = 'stable';
  connectionState: RTCPeerConnectionState = 'new';
  localDescription: Description | null = null;
  remoteDescription: Description | null = null;
  readonly candidates: unknown[] = [];
  onnegotiationneeded: (() => void) | null = null;
  onicecandidate: ((event: { candidate: unknown }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  ontrack: (() => void) | null = null;
  restarts = 0;
  isClosed = false;
  readonly #id = `p${Math.random()}`;
  readonly #transceivers: FakeTransceiver[] = [];
  #stable: { local: Description | null; remote: Description | null } = { local: null, remote: null };
  #ice = 0;
  #needed = false;
  #packets = 0;
  #lost = 0;

  constructor(network: FakeNetwork) {
    this.network = network;
  }

  addTransceiver(what: string | FakeTrack, { direction = 'sendrecv' }: { direction?: Direction } = {}): FakeTransceiver {
    const track = typeof what === 'string' ? null : what;
    const transceiver = new FakeTransceiver(this, typeof what === 'string' ? what : what.kind, track, direction);
    this.#transceivers.push(transceiver);
    this.needNegotiation();
    return transceiver;
  }

  getTransceivers(): readonly FakeTransceiver[] {
    return this.#transceivers;
  }

  needNegotiation(): void {
    if (this.#needed || this.isClosed) return;
    this.#needed = true;
    queueMicrotask(() => this.#askForNegotiation());
  }

  restartIce(): void {
    this.restarts += 1;
    this.#ice += 1;
    this.needNegotiation();
  }

  async setLocalDescription(): Promise<void> {
    await Promise.resolve();
    this.#assertOpen();
    const isAnswer = this.signalingState === 'have-remote-offer';
    this.#needed = false;
    this.localDescription = this.#describe(isAnswer ? 'answer' : 'offer');
    if (isAnswer) this.#settle();
    else this.signalingState = 'have-local-offer';
    this.onicecandidate?.({ candidate: { candidate: `candidate:${this.#ice}`, toJSON: () => ({ candidate: `candidate:${this.#ice}` }) } });
    this.onicecandidate?.({ candidate: null });
  }

  async setRemoteDescription(description: Description): Promise<void> {
    await Promise.resolve();
    this.#assertOpen();
    if (description.type === 'offer' && this.signalingState === 'have-local-offer') {
      this.localDescription = this.#stable.local; // rolled back: the own wish is still open
      this.signalingState = 'stable';
      this.#needed = true;
    }
    const expected = description.type === 'offer' ? 'stable' : 'have-local-offer';
    if (this.signalingState !== expected) throw new DOMException('Wrong state', 'InvalidStateError');
    this.remoteDescription = description;
    const { sections } = JSON.parse(description.sdp) as { sections: Section[] };
    for (const { kind } of sections.slice(this.#transceivers.length)) {
      this.#transceivers.push(new FakeTransceiver(this, kind, null, 'recvonly'));
    }
    if (description.type === 'offer') this.signalingState = 'have-remote-offer';
    else this.#settle();
  }

  addIceCandidate(candidate?: unknown): Promise<void> {
    if (this.remoteDescription === null) return Promise.reject(new DOMException('Too early', 'InvalidStateError'));
    this.candidates.push(candidate ?? null);
    return Promise.resolve();
  }

  getStats(): Promise<Map<string, object>> {
    const { lossShare } = this.network;
    this.#packets += 1000 * (1 - lossShare);
    this.#lost += 1000 * lossShare;
    return Promise.resolve(
      new Map<string, object>([
        ['in', { type: 'inbound-rtp', packetsReceived: this.#packets, packetsLost: this.#lost }],
        ['pair', { type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.04 }],
      ]),
    );
  }

  close(): void {
    this.isClosed = true;
    this.connectionState = 'closed';
    this.network.update();
  }

  /** Follows what the network and the other side allow. */
  follow(): void {
    if (this.isClosed) return;
    const other = this.#other();
    const isAgreed = this.signalingState === 'stable' && other?.signalingState === 'stable';
    const isCut = !this.network.isOpen || other === undefined;
    if (isAgreed && !isCut) this.#become('connected');
    else if (isCut && this.connectionState === 'connected') this.#become('disconnected');
    this.#followMedia(other);
  }

  #followMedia(other: FakePeer | undefined): void {
    for (const [index, transceiver] of this.#transceivers.entries()) {
      const from = other?.getTransceivers()[index];
      const isSending = from?.sender.track !== null && (from?.currentDirection ?? '').startsWith('send');
      transceiver.isFlowing = this.connectionState === 'connected' && isSending;
      transceiver.receiver.track.bring(transceiver.isFlowing && !this.network.leavesMuted);
    }
  }

  #become(state: RTCPeerConnectionState): void {
    if (state === this.connectionState) return;
    this.connectionState = state;
    queueMicrotask(() => this.onconnectionstatechange?.());
  }

  #other(): FakePeer | undefined {
    const id = this.remoteDescription === null ? '' : (JSON.parse(this.remoteDescription.sdp) as { id: string }).id;
    return this.network.peers.find((peer) => peer.#id === id && !peer.isClosed);
  }

  #describe(type: RTCSdpType): Description {
    const sections = this.#transceivers.map(({ kind, direction }) => ({ kind, direction }));
    return { type, sdp: JSON.stringify({ id: this.#id, ice: this.#ice, sections }) };
  }

  /** Both descriptions are agreed on: directions are what both want. */
  #settle(): void {
    this.signalingState = 'stable';
    this.#stable = { local: this.localDescription, remote: this.remoteDescription };
    const theirs = (JSON.parse(this.remoteDescription?.sdp ?? '{}') as { sections: Section[] }).sections;
    for (const [index, transceiver] of this.#transceivers.entries()) {
      transceiver.currentDirection = agreed(transceiver.direction, theirs[index]?.direction ?? 'inactive');
    }
    queueMicrotask(() => {
      this.network.update();
      if (this.#needed) this.#askForNegotiation();
    });
  }

  #askForNegotiation(): void {
    if (this.#needed && this.signalingState === 'stable' && !this.isClosed) this.onnegotiationneeded?.();
  }

  #assertOpen(): void {
    if (this.isClosed) throw new DOMException('Closed', 'InvalidStateError');
  }
}

/** What both want. */
function agreed(mine: Direction, theirs: Direction): Direction {
  const sends = SENDS.includes(mine) && RECEIVES.includes(theirs);
  const receives = RECEIVES.includes(mine) && SENDS.includes(theirs);
  if (sends) return receives ? 'sendrecv' : 'sendonly';
  return receives ? 'recvonly' : 'inactive';
}

/** The browser's classes that a direct path makes itself. */
export function stubMedia(): void {
  vi.stubGlobal('MediaStream', EventTarget);
}
