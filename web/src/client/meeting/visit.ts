import type { ApiClient } from '../apiClient';
import { asJoinFailure, type JoinFailure } from '../joinFailure';
import { Lobby } from '../lobby/lobby';
import type { Account } from '../memory/account';
import type { PreferenceStore } from '../memory/preferences';
import type { SeatClaims } from '../memory/seatClaims';
import type { SeatMemory } from '../memory/seat';
import { readTokenClaimsUntrusted } from '../rooms/tokenClaims';
import { type ReadableStore, Store } from '../store';
import { createRoom, doorUrl } from './createRoom';
import { nativeDoorUrl } from '../nativeDoor';
import { exposeRoom } from './debugHandle';
import { MeetingSession } from './meetingSession';
import type { LostReason } from './meetingState';
import { OpeningTracks } from './openingTracks';
import { RoomChat } from './roomChat';
import { obtainTicket, type Ticket } from './ticket';

/**
 * A person's way through one room:
 *
 *     lobby --join--> lobby (joining) --> inside --leave--> left --rejoin--> returning --> inside
 *       ^                  |                |                                   ^   |
 *       +-----failure------+                +---------lost, then rejoin---------+   +--failure--> lobby
 *
 * A page that was reloaded while inside starts at `returning`.
 */
export type VisitState =
  | LobbyState
  | { readonly kind: 'returning' }
  | { readonly kind: 'inside'; readonly session: MeetingSession }
  | { readonly kind: 'left' };

interface LobbyState {
  readonly kind: 'lobby';
  readonly lobby: Lobby;
  readonly failure: JoinFailure | null;
  readonly joining: boolean;
  /** The same person is in the room in another tab of this browser, which loses the place when they join here. */
  readonly elsewhere: boolean;
}

export interface VisitServices {
  readonly api: ApiClient;
  readonly account: ReadableStore<Account | null>;
  readonly preferences: PreferenceStore;
  readonly seats: SeatMemory;
  readonly claims: SeatClaims;
}

/** Losses after which a reload must not lead back in: somebody decided them. */
const FINAL_LOSSES: readonly LostReason[] = ['duplicate', 'removed', 'ended'];

/** Who has made a meeting before giving a name is called this until the name is given. */
const NAMELESS = 'Guest';

export class Visit {
  readonly store: Store<VisitState> = new Store<VisitState>({ kind: 'returning' });
  readonly room: string;
  readonly #services: VisitServices;
  #over = false;

  constructor(room: string, services: VisitServices) {
    this.room = room;
    this.#services = services;
  }

  async start(): Promise<void> {
    const { seats, claims } = this.#services;
    const { inside, identity } = seats.read(this.room);
    if (inside && (identity === null || (await claims.claim(this.room, identity)))) return this.rejoin();
    // A duplicated tab brings a copy of the seat, but the other tab still sits there.
    if (inside) seats.change(this.room, { inside: false, identity: null });
    if (!this.#over) this.#openLobby(null);
  }

  /** The page goes to another address: leave quietly and close the devices. */
  end(): void {
    this.#over = true;
    const state = this.store.get();
    if (state.kind === 'lobby') state.lobby.close();
    if (state.kind === 'inside') state.session.leave();
  }

  async join(): Promise<void> {
    const state = this.store.get();
    if (state.kind !== 'lobby' || state.joining) return;
    this.store.set({ ...state, failure: null, joining: true });
    try {
      await this.#enter(() => OpeningTracks.fromLobby(state.lobby.handOver()));
      state.lobby.close();
    } catch (error) {
      if (!this.#over) this.store.set({ ...state, failure: asJoinFailure(error), joining: false });
    }
  }

  /** Goes back in with the devices that were on, without the lobby. */
  async rejoin(): Promise<void> {
    const seat = this.#services.seats.read(this.room);
    this.store.set({ kind: 'returning' });
    try {
      await this.#enter(() => OpeningTracks.fromSeat(seat));
    } catch (error) {
      if (!this.#over) this.#openLobby(asJoinFailure(error));
    }
  }

  /** Asks whether the server is there, so that the lobby can say so before anybody presses Join. */
  async checkServer(): Promise<void> {
    const { api, seats } = this.#services;
    let failure: JoinFailure | null = null;
    try {
      const { dev } = await api.appInfo();
      if (!dev && seats.read(this.room).token === null) await obtainTicket(api, this.#ticketRequest(null));
    } catch (error) {
      failure = asJoinFailure(error);
    }
    const state = this.store.get();
    if (state.kind === 'lobby' && !state.joining) this.store.set({ ...state, failure });
  }

  #openLobby(failure: JoinFailure | null): void {
    const lobby = new Lobby(this.#services.preferences, navigator.mediaDevices);
    this.store.set({ kind: 'lobby', lobby, failure, joining: false, elsewhere: false });
    void lobby.open();
    void this.#lookElsewhere();
    if (failure === null) void this.checkServer();
  }

  async #enter(bring: () => OpeningTracks): Promise<void> {
    const { preferences, seats, claims } = this.#services;
    const ticket = await this.#obtainTicket();
    const livekit = createRoom(preferences.get());
    await exposeRoom(livekit, this.#services.api);
    const chat = new RoomChat(nativeDoorUrl(window.location), { token: ticket.token, me: ticket.identity ?? '' }, this.#services.api);
    const session = new MeetingSession(this.room, { livekit, chat }, preferences, {
      onDevices: (devices) => seats.change(this.room, devices),
      onLeave: () => {
        seats.change(this.room, { inside: false });
        if (ticket.identity !== null) claims.release(this.room, ticket.identity);
      },
    });
    await session.join(doorUrl(window.location), { token: ticket.token, name: preferences.get().name.trim(), bring });
    if (this.#over) {
      session.leave();
      return;
    }
    seats.change(this.room, { inside: true });
    session.store.subscribe(() => this.#handleConnection(session));
    this.store.set({ kind: 'inside', session });
    this.#handleConnection(session); // it may have been lost already
  }

  async #obtainTicket(): Promise<Ticket> {
    const { api, seats, claims } = this.#services;
    const { identity } = seats.read(this.room);
    const fixed = this.#fixedIdentity();
    const mine = fixed === null && identity !== null && (await claims.claim(this.room, identity)) ? identity : null;
    const ticket = await obtainTicket(api, this.#ticketRequest(mine));
    seats.change(this.room, { identity: ticket.identity });
    if (fixed !== null) await claims.take(this.room, fixed);
    else if (ticket.identity !== null) await claims.claim(this.room, ticket.identity);
    return ticket;
  }

  #ticketRequest(identity: string | null): Parameters<typeof obtainTicket>[1] {
    const { preferences, seats, account } = this.#services;
    const name = preferences.get().name.trim() || NAMELESS;
    return { room: this.room, name, linkToken: seats.read(this.room).token, identity, account: account.get() };
  }

  /** Of whoever is the same person in every tab: by the link's token, or as the one who is signed in; null for guests. */
  #fixedIdentity(): string | null {
    const { seats, account } = this.#services;
    const { token } = seats.read(this.room);
    return token === null ? (account.get()?.user ?? null) : readTokenClaimsUntrusted(token).identity;
  }

  async #lookElsewhere(): Promise<void> {
    const fixed = this.#fixedIdentity();
    if (fixed === null || !(await this.#services.claims.isElsewhere(this.room, fixed))) return;
    const state = this.store.get();
    if (state.kind === 'lobby') this.store.set({ ...state, elsewhere: true });
  }

  #handleConnection(session: MeetingSession): void {
    const { connection } = session.store.get();
    if (connection.kind === 'lost' && FINAL_LOSSES.includes(connection.reason)) {
      this.#services.seats.change(this.room, { inside: false });
    }
    const state = this.store.get();
    const current = state.kind === 'inside' && state.session === session;
    if (connection.kind === 'left' && current) this.store.set({ kind: 'left' });
  }
}
