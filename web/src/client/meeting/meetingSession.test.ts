import { DisconnectReason, Room, RoomEvent } from 'livekit-client';
import { describe, expect, it, vi } from 'vitest';
import { PreferenceStore } from '../memory/preferences';
import { MeetingSession } from './meetingSession';

function sit(): { session: MeetingSession; room: Room; onLeave: ReturnType<typeof vi.fn> } {
  const room = new Room();
  const onLeave = vi.fn();
  const session = new MeetingSession('soup', room, new PreferenceStore(null), { onDevices: () => undefined, onLeave });
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

  it('shows an own message at once, and marks it when it cannot be sent', async () => {
    const { session, room } = sit();
    vi.spyOn(room.localParticipant, 'sendText').mockRejectedValue(new Error('no connection'));
    session.sendMessage('  soup?  ');
    expect(session.store.get().messages).toMatchObject([{ text: 'soup?', isLocal: true, delivery: 'sending' }]);
    await vi.waitFor(() => expect(session.store.get().messages[0]?.delivery).toBe('failed'));
  });

  it('sends nothing for an empty message', () => {
    const { session } = sit();
    session.sendMessage(' \n ');
    expect(session.store.get().messages).toEqual([]);
  });
});
