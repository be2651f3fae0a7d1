import { DisconnectReason, type Participant, type Room, RoomEvent } from 'livekit-client';
import type { MeetingEvent } from './meetingReducer';
import type { LostReason } from './meetingState';
import { displayName, readPeople, readRights } from './people';

type Dispatch = (event: MeetingEvent) => void;

/** Everything after which somebody may look different. */
const PEOPLE_EVENTS = [
  RoomEvent.Connected,
  RoomEvent.Reconnected,
  RoomEvent.ParticipantConnected,
  RoomEvent.ParticipantDisconnected,
  RoomEvent.ParticipantNameChanged,
  RoomEvent.ParticipantPermissionsChanged,
  RoomEvent.TrackPublished,
  RoomEvent.TrackUnpublished,
  RoomEvent.TrackSubscribed,
  RoomEvent.TrackUnsubscribed,
  RoomEvent.TrackMuted,
  RoomEvent.TrackUnmuted,
  RoomEvent.TrackStreamStateChanged,
  RoomEvent.LocalTrackPublished,
  RoomEvent.LocalTrackUnpublished,
  RoomEvent.ActiveSpeakersChanged,
  RoomEvent.ConnectionQualityChanged,
  RoomEvent.ActiveDeviceChanged,
] as const;

const LOST_REASONS: Partial<Record<DisconnectReason, LostReason>> = {
  [DisconnectReason.DUPLICATE_IDENTITY]: 'duplicate',
  [DisconnectReason.PARTICIPANT_REMOVED]: 'removed',
  [DisconnectReason.ROOM_DELETED]: 'ended',
  [DisconnectReason.ROOM_CLOSED]: 'ended',
  [DisconnectReason.SERVER_SHUTDOWN]: 'server_stopped',
};

/** Turns the events of a LiveKit room into meeting events. */
export function followRoom(room: Room, dispatch: Dispatch): void {
  const readAll = coalesce(() => publishPeople(room, dispatch));
  for (const name of PEOPLE_EVENTS) room.on(name, readAll);
  followConnection(room, dispatch);
  followArrivals(room, dispatch);
  room.on(RoomEvent.AudioPlaybackStatusChanged, () =>
    dispatch({ kind: 'sound_blocked', blocked: !room.canPlaybackAudio }),
  );
}

export function publishPeople(room: Room, dispatch: Dispatch): void {
  dispatch({ kind: 'people_changed', people: readPeople(room), rights: readRights(room.localParticipant) });
}

export function lostReason(reason: DisconnectReason | undefined): LostReason {
  return (reason === undefined ? undefined : LOST_REASONS[reason]) ?? 'network';
}

/** Tells who came and went. A full reconnect replays everybody as gone and new: those who stayed are not news. */
function followArrivals(room: Room, dispatch: Dispatch): void {
  const present = new Set<string>();
  room.on(RoomEvent.Connected, () => {
    for (const identity of room.remoteParticipants.keys()) present.add(identity);
  });
  room.on(RoomEvent.ParticipantConnected, (participant: Participant) => {
    if (present.has(participant.identity)) return;
    present.add(participant.identity);
    dispatch({ kind: 'person_joined', name: displayName(participant) });
  });
  room.on(RoomEvent.ParticipantDisconnected, (participant: Participant) => {
    if (room.remoteParticipants.has(participant.identity)) return;
    present.delete(participant.identity);
    dispatch({ kind: 'person_left', name: displayName(participant) });
  });
}

function followConnection(room: Room, dispatch: Dispatch): void {
  const become = (kind: 'connected' | 'reconnecting' | 'left') => () =>
    dispatch({ kind: 'connection_changed', connection: { kind } });
  room.on(RoomEvent.Connected, become('connected'));
  room.on(RoomEvent.Reconnected, become('connected'));
  room.on(RoomEvent.Reconnecting, become('reconnecting'));
  room.on(RoomEvent.SignalReconnecting, become('reconnecting'));
  room.on(RoomEvent.Disconnected, (reason) => {
    if (reason === DisconnectReason.CLIENT_INITIATED) become('left')();
    else dispatch({ kind: 'connection_changed', connection: { kind: 'lost', reason: lostReason(reason) } });
  });
}

/** Many events come in one turn of the loop (a join brings dozens): one reading at its end serves them all. */
function coalesce(run: () => void): () => void {
  let planned = false;
  return () => {
    if (planned) return;
    planned = true;
    queueMicrotask(() => {
      planned = false;
      run();
    });
  };
}
