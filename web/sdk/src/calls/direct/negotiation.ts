/** As much of a peer connection as negotiating takes. */
export type Negotiable = Pick<
  RTCPeerConnection,
  | 'signalingState'
  | 'localDescription'
  | 'remoteDescription'
  | 'setLocalDescription'
  | 'setRemoteDescription'
  | 'addIceCandidate'
>;

export interface NegotiationPort {
  readonly sendDescription: (description: RTCSessionDescription) => void;
  /** An offer was taken in: the place to say what is sent and received, before it is answered. */
  readonly onOffer: () => void;
}

/**
 * Perfect negotiation (W3C WebRTC, section 10.7): either side may offer at any time. When both do, the polite one takes
 * its offer back and the impolite one does not listen. What comes in is worked off one by one.
 */
export class Negotiation {
  readonly #peer: Negotiable;
  readonly #polite: boolean;
  readonly #port: NegotiationPort;
  #isOffering = false;
  #isTakingAnswer = false;
  #ignoresOffer = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(peer: Negotiable, polite: boolean, port: NegotiationPort) {
    this.#peer = peer;
    this.#polite = polite;
    this.#port = port;
  }

  /** The peer connection needs negotiation. */
  async offer(): Promise<void> {
    try {
      this.#isOffering = true;
      await this.#peer.setLocalDescription();
      this.#send();
    } catch {
      // It was closed meanwhile, or the other side's offer came in between: that one leads to the same.
    } finally {
      this.#isOffering = false;
    }
  }

  /** Resolves when it has been worked off, successfully or not: what does not fit is dropped. */
  handleDescription(description: RTCSessionDescriptionInit): Promise<void> {
    return this.#inTurn(() => this.#take(description));
  }

  /** An empty string says that there are no more. */
  handleCandidate(candidate: string): Promise<void> {
    return this.#inTurn(() => this.#takeCandidate(candidate));
  }

  /** The link to the other side may have lost an offer: sends it again. Returns whether one was open. */
  resend(): boolean {
    if (this.#peer.signalingState !== 'have-local-offer') return false;
    this.#send();
    return true;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work).catch(() => undefined);
    return this.#turn;
  }

  async #take(description: RTCSessionDescriptionInit): Promise<void> {
    const isOffer = description.type === 'offer';
    const isReady = !this.#isOffering && (this.#peer.signalingState === 'stable' || this.#isTakingAnswer);
    this.#ignoresOffer = isOffer && !isReady && !this.#polite;
    if (this.#ignoresOffer) return;
    this.#isTakingAnswer = description.type === 'answer';
    try {
      await this.#peer.setRemoteDescription(description);
    } finally {
      this.#isTakingAnswer = false;
    }
    if (!isOffer) return;
    this.#port.onOffer();
    await this.#peer.setLocalDescription();
    this.#send();
  }

  async #takeCandidate(candidate: string): Promise<void> {
    if (this.#ignoresOffer) return; // it belongs to the offer that was not taken
    if (candidate === '') await this.#peer.addIceCandidate();
    else await this.#peer.addIceCandidate(JSON.parse(candidate) as RTCIceCandidateInit);
  }

  #send(): void {
    const { localDescription } = this.#peer;
    if (localDescription !== null) this.#port.sendDescription(localDescription);
  }
}
