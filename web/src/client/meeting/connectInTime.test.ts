import { ConnectionError, Room } from 'livekit-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectInTime } from './connectInTime';

describe('connectInTime', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('gives up on a server that never lets anybody in', async () => {
    const room = new Room();
    vi.spyOn(room, 'connect').mockImplementation(
      () =>
        new Promise((_, reject) => {
          vi.spyOn(room, 'disconnect').mockImplementation(() => {
            reject(ConnectionError.cancelled('disconnected'));
            return Promise.resolve();
          });
        }),
    );
    const failed = expect(connectInTime(room, 'ws://x', 't')).rejects.toMatchObject({ kind: 'server_unreachable' });
    await vi.advanceTimersByTimeAsync(60_000);
    await failed;
  });

  it('passes the reason of an earlier failure on, and leaves no timer behind', async () => {
    const room = new Room();
    vi.spyOn(room, 'connect').mockRejectedValue(ConnectionError.notAllowed('bad', 401));
    await expect(connectInTime(room, 'ws://x', 't')).rejects.toMatchObject({ kind: 'token_refused' });
    expect(vi.getTimerCount()).toBe(0);
  });
});
