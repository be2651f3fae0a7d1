import { type Room, RoomEvent, Track } from 'livekit-client';
import { describe, expect, it } from 'vitest';
import type { MediaSource, RemoteTrack } from '@tureen/client';
import { FakeTrack, fakeTrack } from '../../test/fakePeer';
import { liveKitMedia } from './liveKitMedia';

interface FakePublication {
  readonly source: Track.Source;
  readonly isMuted: boolean;
  readonly track: { readonly mediaStreamTrack: FakeTrack };
}

/** As much of a LiveKit room as a call uses. */
class FakeRoom {
  readonly remoteParticipants = new Map<string, { identity: string; trackPublications: Map<string, FakePublication> }>();
  readonly published: [string, unknown][] = [];
  readonly calls: string[] = [];
  isOpen = true;
  readonly localParticipant = {
    publishTrack: (track: unknown, { source }: { source: string }) => {
      this.published.push([source, track]);
      return Promise.resolve();
    },
    unpublishTrack: (track: unknown, stops: boolean) => {
      this.calls.push(`unpublish, ${stops ? 'stop' : 'keep'}`);
      this.published.splice(this.published.findIndex(([, one]) => one === track), 1);
      return Promise.resolve();
    },
  };
  readonly #listeners = new Map<string, (() => void)[]>();

  on(event: string, listener: () => void): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
  }

  once(event: string, listener: () => void): void {
    this.on(event, listener);
  }

  emit(event: string): void {
    for (const listener of this.#listeners.get(event) ?? []) listener();
  }

  connect(url: string, token: string): Promise<void> {
    this.calls.push(`connect ${url} ${token}`);
    if (this.isOpen) this.emit(RoomEvent.SignalConnected);
    return this.isOpen ? Promise.resolve() : Promise.reject(new Error('No way.'));
  }

  disconnect(stops: boolean): Promise<void> {
    this.calls.push(`disconnect, ${stops ? 'stop' : 'keep'}`);
    this.emit(RoomEvent.Disconnected);
    return Promise.resolve();
  }
}

function enter(room: FakeRoom, local: ReadonlyMap<MediaSource, MediaStreamTrack>) {
  const heard: (readonly RemoteTrack[])[] = [];
  const lost: string[] = [];
  const media = liveKitMedia({ createRoom: () => room as unknown as Room });
  const visit = media.join({
    ticket: { room: 'k', token: 't' },
    server: 'wss://example.org',
    local,
    listener: { onRemote: (tracks) => heard.push(tracks), onLost: () => lost.push('lost') },
  });
  return { visit, heard, lost };
}

describe('a call in a LiveKit room', () => {
  it('sends the tracks as they are, and leaves them to the application', async () => {
    const room = new FakeRoom();
    const microphone = fakeTrack('audio');
    const { visit, lost } = enter(room, new Map([['microphone', microphone]]));
    const inside = await visit;
    expect(room.published).toEqual([[Track.Source.Microphone, microphone]]);
    const camera = fakeTrack('video');
    await Promise.all([inside.setTrack('camera', fakeTrack('video')), inside.setTrack('camera', camera), inside.setTrack('microphone', null)]);
    expect(room.published).toEqual([[Track.Source.Camera, camera]]);
    await inside.leave();
    expect(room.calls).toEqual(['connect wss://example.org t', 'unpublish, keep', 'unpublish, keep', 'disconnect, keep']);
    expect(lost).toEqual([]);
  });

  it('tells of a track when its media arrives, not before', async () => {
    const room = new FakeRoom();
    const { visit, heard } = enter(room, new Map());
    await visit;
    const track = new FakeTrack('audio', { muted: true });
    const publication = { source: Track.Source.Microphone, isMuted: false, track: { mediaStreamTrack: track } };
    room.remoteParticipants.set('ben', { identity: 'ben', trackPublications: new Map([['TR1', publication]]) });
    room.emit(RoomEvent.TrackSubscribed);
    expect(heard.at(-1)).toEqual([]);
    track.bring(true);
    expect(heard.at(-1)).toEqual([{ user: 'ben', source: 'microphone', track }]);
    room.remoteParticipants.clear();
    room.emit(RoomEvent.ParticipantDisconnected);
    expect(heard.at(-1)).toEqual([]);
  });

  it('tells when the room is lost, and leaves nothing behind when it does not get in', async () => {
    const room = new FakeRoom();
    const { visit, lost } = enter(room, new Map());
    await visit;
    room.emit(RoomEvent.Disconnected);
    expect(lost).toEqual(['lost']);
    const closed = new FakeRoom();
    closed.isOpen = false;
    await expect(enter(closed, new Map()).visit).rejects.toThrow('No way.');
    expect(closed.calls.at(-1)).toBe('disconnect, keep');
  });
});
