import { DisconnectReason, Room, RoomEvent } from 'livekit-client';
import { describe, expect, it, vi } from 'vitest';
import { PreferenceStore } from '../memory/preferences';
import { MeetingSession } from './meetingSession';
import { RoomChat } from './roomChat';

function sit(): { session: MeetingSession; room: Room; onLeave: ReturnType<typeof vi.fn> } {
  const room = new Room();
  const onLeave = vi.fn();
  const chat = new RoomChat('ws://localhost/v1/connect', { token: 'token', me: 'ada' }, { maxFileBytes: () => Promise.resolve(null) });
  const listener = { onDevices: () => undefined, onLeave };
  const session = new MeetingSession('soup', { livekit: room, chat }, new PreferenceStore(null), listener);
  return { session, room, onLeave };
}

describe('MeetingSession', () => {
  it('tells a person who leaves from a page that is reloaded, so that the reload can come back', () => {
    const { session, room, onLeave } = sit();
    room.emit(RoomEvent.Disconnected, DisconnectReason.CLIENT_INITIATED);
    expect(session.store.get().connection.kind).toBe('left');
    expect(onLeave).not.toHaveBeenCalled();
    session.leave();
    expect(onLeave).toHaveBeenCalledOnce();
  });

  it('sends nothing for an empty message', () => {
    const { session } = sit();
    expect(session.sendMessage(' \n ', null)).toBe(false);
    expect(session.store.get().messages).toEqual([]);
  });

  it('shows what is written before the conversation has opened', async () => {
    const { session } = sit();
    expect(session.sendMessage('soup', null)).toBe(true);
    await Promise.resolve();
    expect(session.store.get().messages).toMatchObject([{ text: 'soup', isLocal: true, delivery: 'sending' }]);
  });
});
