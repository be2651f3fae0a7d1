import type { CallSignalled, IceServer } from '../../protocol';
import { type ReadableStore, Store } from '../../stores/store';
import type { LocalTracks, MediaPath, MediaSource, PathListener, RemoteTrack } from '../mediaPath';
import { Breaks } from './breaks';
import { CandidateBatch } from './candidateBatch';
import { Deadline } from './deadline';
import { Negotiation } from './negotiation';
import { Places } from './places';
import type { PathQuality, StatEntry } from './quality';
import { POOR, type PoorLimits, QualityWatch } from './qualityWatch';
import { type Flow, StallWatch } from './stallWatch';

/** So long a direct path may take to open. */
const OPEN_MS = 3_000;
/** Connected, and nothing comes: the other side has nothing to send. */
const SILENT_MS = 1_000;
export interface Signal {
  readonly description?: string;
  readonly description_type?: string;
  readonly candidates?: string[];
}

export interface DirectPathOptions {
  /** The other person. */
  readonly user: string;
  /** Makes the first offer, and wins where both offer. */
  readonly isOfferer: boolean;
  readonly local: LocalTracks;
  readonly iceServers: () => Promise<readonly IceServer[]>;
  readonly createPeer: (configuration: RTCConfiguration) => RTCPeerConnection;
  readonly sendSignal: (signal: Signal) => void;
  /** Whether the other side can be told anything now. */
  readonly canSignal: () => boolean;
  readonly listener: PathListener;
  readonly poor?: PoorLimits;
}

/** Media from browser to browser: opens, comes back after a break, and tells when it is not good enough. */
export class DirectPath implements MediaPath {
  readonly #options: DirectPathOptions;
  readonly #remote = new Store<readonly RemoteTrack[]>([]);
  readonly #quality = new Store<PathQuality | null>(null);
  readonly #candidates: CandidateBatch;
  readonly #opened: Promise<Opened | null>;
  #peer: RTCPeerConnection | null = null;
  #watches: { readonly quality: QualityWatch; readonly stall: StallWatch } | null = null;
  readonly #opening: Deadline;
  readonly #breaks: Breaks;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #isFlowing = false;
  #hasFailed = false;
  #isClosed = false;

  constructor(options: DirectPathOptions) {
    this.#options = options;
    this.#candidates = new CandidateBatch((candidates) => options.sendSignal({ candidates }));
    const { canSignal, listener } = options;
    const onFailed = (reason: string) => this.#fail(reason);
    this.#opening = new Deadline(canSignal, onFailed);
    this.#breaks = new Breaks({ restart: () => this.#peer?.restartIce(), canSignal, onSilent: listener.onBroken, onFailed });
    this.#opening.start(OPEN_MS, 'It did not open in time.');
    this.#opened = this.#open();
  }

  get remote(): ReadableStore<readonly RemoteTrack[]> {
    return this.#remote;
  }

  get quality(): ReadableStore<PathQuality | null> {
    return this.#quality;
  }

  setTrack(source: MediaSource, track: MediaStreamTrack | null): void {
    void this.#opened.then((opened) => opened?.places.setTrack(source, track));
  }

  /** From the other device, in the order in which it was sent. */
  async handleSignal({ description, description_type: type, candidates = [] }: CallSignalled): Promise<void> {
    const opened = await this.#opened;
    if (opened === null || this.#isClosed) return;
    const { negotiation, places } = opened;
    if (typeof description === 'string' && isDescriptionType(type)) {
      await negotiation.handleDescription({ type, sdp: description });
    }
    for (const candidate of candidates) await negotiation.handleCandidate(candidate);
    this.#show(places);
  }

  /** What was said during the drop may be lost. */
  handleWelcome(): void {
    void this.#opened.then((opened) => {
      if (opened === null || this.#isClosed) return;
      this.#breaks.handleWelcome();
      if (opened.negotiation.resend()) return;
      if (this.#peer?.connectionState !== 'connected') this.#peer?.restartIce();
    });
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#silence);
    this.#opening.stop();
    this.#breaks.end();
    this.#watches?.quality.end();
    this.#watches?.stall.end();
    this.#candidates.end();
    this.#peer?.close();
    void this.#opened.then((opened) => opened?.places.end());
    this.#remote.set([]);
  }

  async #open(): Promise<Opened | null> {
    // Without ICE servers a path within one network may still open.
    const iceServers = await this.#options.iceServers().catch(() => []);
    if (this.#isClosed) return null;
    const { createPeer, isOfferer, local, sendSignal } = this.#options;
    const peer = createPeer({ iceServers: iceServers.map(asRtcIceServer), bundlePolicy: 'max-bundle' });
    this.#peer = peer;
    const places = new Places(peer, local, () => this.#show(places));
    const negotiation = new Negotiation(peer, !isOfferer, {
      sendDescription: ({ sdp, type }) => {
        sendSignal({ description: sdp, description_type: type });
      },
      onOffer: () => places.attach(),
    });
    peer.onnegotiationneeded = () => void negotiation.offer();
    peer.onicecandidate = ({ candidate }) => this.#candidates.add(candidate);
    peer.onconnectionstatechange = () => this.#handleState(peer, places);
    peer.ontrack = () => this.#show(places);
    if (isOfferer) places.create();
    return { negotiation, places };
  }

  #handleState(peer: RTCPeerConnection, places: Places): void {
    if (this.#isClosed) return;
    const { connectionState: state } = peer;
    if (state === 'connected') this.#handleConnected(peer, places);
    // Before it has opened, the time for that runs.
    if ((state === 'disconnected' || state === 'failed') && this.#watches !== null) this.#breaks.handleBreak();
  }

  #handleConnected(peer: RTCPeerConnection, places: Places): void {
    this.#show(places);
    this.#silence ??= setTimeout(() => this.#flow(), SILENT_MS);
    if (this.#watches === null) this.#watch(peer, places);
    else this.#handleFlow(peer, this.#watches.stall.flow);
  }

  #watch(peer: RTCPeerConnection, places: Places): void {
    this.#opening.stop();
    const quality = new QualityWatch(() => readStats(peer), this.#options.poor ?? POOR, (reason) => this.#fail(reason));
    quality.quality.subscribe(() => this.#quality.set(quality.quality.get()));
    const stall = new StallWatch(() => places.readSound(), (flow) => this.#handleFlow(peer, flow));
    this.#watches = { quality, stall };
  }

  #handleFlow(peer: RTCPeerConnection, flow: Flow): void {
    if (this.#isClosed) return;
    if (flow === 'suspect') this.#breaks.handleSuspicion();
    if (flow === 'stalled') this.#breaks.handleBreak();
    if (flow === 'well' && peer.connectionState === 'connected') this.#breaks.handleMended();
  }

  #show(places: Places): void {
    if (this.#isClosed) return;
    const { user } = this.#options;
    const arrivals = places.arrivals();
    const shown = this.#remote.get();
    const isSame = arrivals.length === shown.length && arrivals.every(({ track }, index) => track === shown[index]?.track);
    if (!isSame) this.#remote.set(arrivals.map(({ source, track }) => ({ user, source, track })));
    if (arrivals.length > 0 && this.#peer?.connectionState === 'connected') this.#flow();
  }

  #flow(): void {
    clearTimeout(this.#silence);
    if (this.#isFlowing) return;
    this.#isFlowing = true;
    this.#options.listener.onFlowing();
  }

  #fail(reason: string): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#options.listener.onFailed(reason);
  }
}

interface Opened {
  readonly negotiation: Negotiation;
  readonly places: Places;
}

function isDescriptionType(type: string | null | undefined): type is RTCSdpType {
  return type === 'offer' || type === 'answer' || type === 'rollback';
}

function asRtcIceServer({ urls, username = '', credential = '' }: IceServer): RTCIceServer {
  return { urls: [...urls], ...(username !== '' && { username, credential }) };
}

async function readStats(peer: RTCPeerConnection): Promise<readonly StatEntry[]> {
  const stats: StatEntry[] = [];
  (await peer.getStats()).forEach((entry: StatEntry) => stats.push(entry));
  return stats;
}
