import { ConnectionError, DisconnectReason, RemoteParticipant, Room, RoomEvent } from 'livekit-client';
import { describe, expect, it } from 'vitest';
import { Store } from '../store';
import { classifyConnectError } from './connectFailure';
import { type MeetingEvent, reduceMeeting } from './meetingReducer';
import { INITIAL_MEETING, type MeetingState } from './meetingState';
import { followRoom } from './roomEvents';

function follow(): { room: Room; store: Store<MeetingState> } {
  const room = new Room();
  const store = new Store(INITIAL_MEETING);
  followRoom(room, (event: MeetingEvent) => store.update((state) => reduceMeeting(state, event)));
  return { room, store };
}

/** A participant that never talks to a server; the missing signal client stands for that. */
function guest(name: string): RemoteParticipant {
  return new RemoteParticipant(undefined as never, `PA_${name}`, name.toLowerCase(), name);
}

describe('followRoom', () => {
  it('shows the way of a connection', () => {
    const { room, store } = follow();
    room.emit(RoomEvent.Connected);
    expect(store.get().connection).toEqual({ kind: 'connected' });
    room.emit(RoomEvent.SignalReconnecting);
    expect(store.get().connection).toEqual({ kind: 'reconnecting' });
    room.emit(RoomEvent.Reconnected);
    expect(store.get().connection).toEqual({ kind: 'connected' });
  });

  it.each([
    [DisconnectReason.DUPLICATE_IDENTITY, 'duplicate'],
    [DisconnectReason.PARTICIPANT_REMOVED, 'removed'],
    [DisconnectReason.ROOM_DELETED, 'ended'],
    [DisconnectReason.SERVER_SHUTDOWN, 'server_stopped'],
    [DisconnectReason.STATE_MISMATCH, 'network'],
    [undefined, 'network'],
  ])('tells why the meeting was lost: %s', (reason, expected) => {
    const { room, store } = follow();
    room.emit(RoomEvent.Disconnected, reason);
    expect(store.get().connection).toEqual({ kind: 'lost', reason: expected });
  });

  it('knows that somebody who leaves is not lost', () => {
    const { room, store } = follow();
    room.emit(RoomEvent.Disconnected, DisconnectReason.CLIENT_INITIATED);
    expect(store.get().connection).toEqual({ kind: 'left' });
  });

  it('tells who came and who went', () => {
    const { room, store } = follow();
    room.emit(RoomEvent.ParticipantConnected, guest('Bo'));
    room.emit(RoomEvent.ParticipantDisconnected, guest('Bo'));
    expect(store.get().notices.map(({ text }) => text)).toEqual(['Bo joined', 'Bo left']);
  });

  it('does not call those news who stayed through a reconnect', () => {
    const { room, store } = follow();
    const bo = guest('Bo');
    room.remoteParticipants.set(bo.identity, bo);
    room.emit(RoomEvent.Connected);
    room.emit(RoomEvent.ParticipantDisconnected, bo);
    room.emit(RoomEvent.ParticipantConnected, bo);
    expect(store.get().notices).toEqual([]);
  });

  it('reads the people once for many events of one turn', async () => {
    const { room, store } = follow();
    let changes = 0;
    store.subscribe(() => (changes += 1));
    room.emit(RoomEvent.ActiveSpeakersChanged, []);
    room.emit(RoomEvent.ActiveSpeakersChanged, []);
    await Promise.resolve();
    expect(changes).toBe(1);
    expect(store.get().people).toHaveLength(1);
    expect(store.get().people[0]).toMatchObject({ isLocal: true, muted: true, camera: null });
  });
});

describe('classifyConnectError', () => {
  it.each([
    [ConnectionError.notAllowed('bad token', 401), 'token_refused'],
    [ConnectionError.notAllowed('requested room does not exist', 404), 'room_missing'],
    [ConnectionError.internal('x', { status: 503, statusText: '' }), 'room_full'],
    [ConnectionError.serverUnreachable('down'), 'server_unreachable'],
    [ConnectionError.timeout('slow'), 'media_blocked'],
    [new Error('anything'), 'unexpected'],
  ])('%s', (error, kind) => expect(classifyConnectError(error).kind).toBe(kind));
});
