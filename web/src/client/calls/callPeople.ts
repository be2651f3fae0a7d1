import type { RemoteTrack, wire } from '@tureen/client';
import type { LinkQuality, Person } from '../meeting/meetingState';
import type { CallTracks } from './callDevices';
import { trackHandle } from './trackHandle';

export interface CallScene {
  readonly call: wire.Call;
  readonly me: string;
  readonly nameOf: (user: string) => string;
  readonly own: CallTracks;
  readonly remote: readonly RemoteTrack[];
  readonly quality: LinkQuality;
}

/** Those who are in a call, as the meeting's page draws people. */
export function callPeople(scene: CallScene): Person[] {
  const inside = scene.call.parties.filter(({ state }) => state === 'joined' || state === 'reconnecting');
  return inside.map(({ user }, index) => (user === scene.me ? self(scene, index) : other(user, scene, index)));
}

function self({ me, nameOf, own, quality }: CallScene, joinedAtMs: number): Person {
  return {
    identity: me,
    name: nameOf(me),
    isLocal: true,
    joinedAtMs,
    muted: own.microphone === undefined,
    speaking: false,
    quality,
    camera: own.camera === undefined ? null : trackHandle(own.camera),
    screen: own.screen_share === undefined ? null : trackHandle(own.screen_share),
    cameraPaused: false,
    screenPaused: false,
    mirrored: true,
    sounds: [],
  };
}

function other(user: string, { nameOf, remote }: CallScene, joinedAtMs: number): Person {
  const find = (source: RemoteTrack['source']) => remote.find((one) => one.user === user && one.source === source)?.track;
  const [camera, screen] = [find('camera'), find('screen_share')];
  const sounds = [find('microphone'), find('screen_share_audio')].flatMap((track) => track ?? []);
  return {
    identity: user,
    name: nameOf(user),
    isLocal: false,
    joinedAtMs,
    muted: find('microphone') === undefined,
    speaking: false,
    quality: 'unknown',
    camera: camera === undefined ? null : trackHandle(camera),
    screen: screen === undefined ? null : trackHandle(screen),
    cameraPaused: false,
    screenPaused: false,
    mirrored: false,
    sounds: sounds.map(trackHandle),
  };
}
