import type { LocalParticipant, Participant, Room, TrackPublication } from 'livekit-client';
import { ConnectionQuality, facingModeFromLocalTrack, isLocalTrack, Track } from 'livekit-client';
import type { LinkQuality, MediaHandle, Person, Rights } from './meetingState';

/** Reads the people of a room into plain values; the own person comes first, the others by time of joining. */
export function readPeople(room: Room): readonly Person[] {
  const others = [...room.remoteParticipants.values()].map((participant) => readPerson(participant, false));
  others.sort((a, b) => a.joinedAtMs - b.joinedAtMs || a.identity.localeCompare(b.identity));
  return [readPerson(room.localParticipant, true), ...others];
}

/** The numbers are LiveKit's TrackSource values on the wire. */
const SOURCE_NUMBERS = { camera: 1, microphone: 2, screen: 3 } as const;

export function readRights(participant: LocalParticipant): Rights {
  const permissions = participant.permissions;
  const sources: readonly number[] = permissions?.canPublishSources ?? [];
  const mayPublish = (source: number): boolean =>
    (permissions?.canPublish ?? true) && (sources.length === 0 || sources.includes(source));
  return {
    microphone: mayPublish(SOURCE_NUMBERS.microphone),
    camera: mayPublish(SOURCE_NUMBERS.camera),
    screen: mayPublish(SOURCE_NUMBERS.screen),
    chat: permissions?.canPublishData ?? true,
    rename: permissions?.canUpdateMetadata ?? false,
  };
}

export function displayName(participant: Pick<Participant, 'name' | 'identity'>): string {
  return participant.name === undefined || participant.name === '' ? participant.identity : participant.name;
}

export const QUALITY: Record<ConnectionQuality, LinkQuality> = {
  [ConnectionQuality.Excellent]: 'excellent',
  [ConnectionQuality.Good]: 'good',
  [ConnectionQuality.Poor]: 'poor',
  [ConnectionQuality.Lost]: 'lost',
  [ConnectionQuality.Unknown]: 'unknown',
};

function readPerson(participant: Participant, isLocal: boolean): Person {
  const camera = participant.getTrackPublication(Track.Source.Camera);
  const screen = participant.getTrackPublication(Track.Source.ScreenShare);
  return {
    identity: participant.identity,
    name: displayName(participant),
    isLocal,
    joinedAtMs: participant.joinedAt?.getTime() ?? 0,
    muted: !participant.isMicrophoneEnabled,
    speaking: participant.isSpeaking && participant.isMicrophoneEnabled,
    quality: QUALITY[participant.connectionQuality],
    camera: playing(camera),
    screen: playing(screen),
    cameraPaused: isPaused(camera),
    screenPaused: isPaused(screen),
    mirrored: isLocal && facesUser(camera),
    sounds: isLocal ? [] : readSounds(participant),
  };
}

function playing(publication: TrackPublication | undefined): MediaHandle | null {
  return publication === undefined || publication.isMuted ? null : (publication.track ?? null);
}

function isPaused(publication: TrackPublication | undefined): boolean {
  return publication?.track?.streamState === Track.StreamState.Paused;
}

function readSounds(participant: Participant): MediaHandle[] {
  // Muted sounds stay attached: a new element at each unmute would cost the first syllable.
  return [...participant.audioTrackPublications.values()].flatMap(({ track }) => (track === undefined ? [] : [track]));
}

function facesUser(publication: TrackPublication | undefined): boolean {
  const track = publication?.track;
  if (track === undefined || !isLocalTrack(track)) return true;
  return facingModeFromLocalTrack(track, { defaultFacingMode: 'user' }).facingMode !== 'environment';
}
