import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectionTo, FakeServer, online, settle } from '../../test/fakeServer';
import { CommandError } from './commandError';
import { storedCommands } from './commandStorage';
import type { ConnectionState } from './connectionState';

let server: FakeServer;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
});

afterEach(() => {
  vi.useRealTimers();
});

function tokenUntil(expiresAtMs: number): string {
  return `h.${btoa(JSON.stringify({ exp: expiresAtMs / 1000 }))}.s`;
}

function memory(): Storage {
  const values = new Map<string, string>();
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  } as Storage;
}

describe('greeting', () => {
  it('says who comes, with which device, and where its conversations stand', async () => {
    const connection = connectionTo(server, { client: 'shop 1.2' });
    connection.statePositions(() => [{ conversation: 'c', epoch: 'e', seq: 7 }]);
    connection.connect();
    await settle();
    expect(server.hello).toMatchObject({ token: 'token', device: 'laptop', version: 1, client: 'shop 1.2' });
    expect(server.hello.positions).toEqual([{ conversation: 'c', epoch: 'e', seq: 7 }]);
    expect(connection.state.get()).toEqual({ kind: 'online', session: 's1', resumed: false });
    expect(connection.welcome.get()?.me.name).toBe('Anna');
  });

  it('keeps the name of the device in the storage', async () => {
    const storage = memory();
    const first = connectionTo(server, { device: undefined, storage });
    const second = connectionTo(server, { device: undefined, storage });
    expect(second.device).toBe(first.device);
    expect(first.device).toMatch(/^[A-Za-z0-9_-]{1,64}$/u);
    await settle();
  });

  it('closes for good when it is refused for good', async () => {
    server.on('hello', () => ({ type: 'failed', code: 'unsupported_version', message: 'Too old.' }));
    const connection = await online(server);
    expect(connection.state.get()).toEqual({ kind: 'closed', reason: 'unsupported_version', message: 'Too old.' });
    await vi.advanceTimersByTimeAsync(120_000);
    expect(server.sockets).toHaveLength(1);
    await expect(connection.send({ type: 'ping' })).rejects.toMatchObject({ code: 'closed' });
  });

  it('fetches a fresh token when the one it had was expired', async () => {
    const getToken = vi.fn().mockResolvedValueOnce('old').mockResolvedValue('new');
    server.on('hello', ({ token }) =>
      token === 'old'
        ? { type: 'failed', code: 'token_expired', message: 'Expired.' }
        : { ...server.welcome, type: 'welcome' },
    );
    const connection = await online(server, { getToken });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(connection.state.get().kind).toBe('online');
  });

  it('waits as long as a busy server asks, and waking up does not shorten that', async () => {
    server.on('hello', () => ({ type: 'failed', code: 'unavailable', message: 'Full.', retryable: true, retry_after_ms: 8_000 }));
    const connection = await online(server);
    await vi.advanceTimersByTimeAsync(8_000);
    connection.wake();
    expect(server.sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(4_001); // half of it again, by chance 0.5
    expect(server.sockets).toHaveLength(2);
  });
});

describe('coming back', () => {
  it('comes back after a drop and sends again, with the same id, what was not answered', async () => {
    const connection = await online(server);
    const reply = connection.send({ type: 'conversation.direct', user: 'ben' });
    const [sent] = server.received('conversation.direct');
    server.socket.drop();
    expect(connection.state.get().kind).toBe('waiting');
    server.on('conversation.direct', () => ({ type: 'conversation', conversation: { id: 'c1' } as never }));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.sockets).toHaveLength(2);
    expect(server.received('conversation.direct')).toEqual([sent]);
    expect((await reply).conversation.id).toBe('c1');
  });

  it('backs off further with each failure, and starts anew after success', async () => {
    server.isReachable = false;
    const connection = connectionTo(server);
    const waits: number[] = [];
    connection.state.subscribe(() => {
      const state = connection.state.get();
      if (state.kind === 'waiting') waits.push(state.retryAtMs - Date.now());
    });
    connection.connect();
    await vi.advanceTimersByTimeAsync(8_000);
    expect(waits.slice(0, 4)).toEqual([250, 500, 1_000, 2_000]);
    server.isReachable = true;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(connection.state.get().kind).toBe('online');
    server.socket.drop();
    expect(waits.at(-1)).toBe(250);
  });

  it('follows a goodbye: when to come back, or that it must not', async () => {
    const connection = await online(server);
    server.tell({ type: 'goodbye', reason: 'shutdown', retry_after_ms: 2_000 });
    await vi.advanceTimersByTimeAsync(2_999);
    expect(server.sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2);
    expect(connection.state.get().kind).toBe('online');
    server.tell({ type: 'goodbye', reason: 'replaced', reconnect: false, message: 'Another tab.' });
    expect(connection.state.get()).toEqual({ kind: 'closed', reason: 'replaced', message: 'Another tab.' });
    connection.connect();
    await settle();
    expect(connection.state.get().kind).toBe('online');
  });

  it('does not come back where only the closing code says so', async () => {
    const connection = await online(server);
    server.socket.drop(4001);
    expect(connection.state.get()).toMatchObject({ kind: 'closed', reason: 'replaced' });
  });

  it('notices within 15 s that the other side is gone, and speaks with the next one', async () => {
    const connection = await online(server);
    server.isMute = true;
    await vi.advanceTimersByTimeAsync(14_001);
    expect(connection.state.get().kind).not.toBe('online');
    server.isMute = false;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(connection.state.get().kind).toBe('online');
  });

  it('stays while the server answers, however quiet it is', async () => {
    const connection = await online(server);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(connection.state.get().kind).toBe('online');
    expect(server.sockets).toHaveLength(1);
  });

  it('asks at once whether the server is there when the device wakes up', async () => {
    const connection = await online(server);
    connection.wake();
    expect(server.received('ping')).toHaveLength(1);
    await settle();
    server.isMute = true;
    connection.wake();
    await vi.advanceTimersByTimeAsync(5_001);
    expect(connection.state.get().kind).not.toBe('online');
  });

  it('gives a socket up that opens and says nothing', async () => {
    server.isMute = true;
    connectionTo(server).connect();
    await vi.advanceTimersByTimeAsync(10_600);
    expect(server.sockets.length).toBeGreaterThan(1);
    expect(server.sockets[0]?.isClosed).toBe(true);
  });

  it('ends at bytes that are no message, and comes back', async () => {
    const connection = await online(server);
    server.socket.onmessage?.({ data: '{"type":' });
    expect(connection.state.get().kind).toBe('waiting');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(connection.state.get().kind).toBe('online');
  });

  it('tells its state as it goes', async () => {
    const connection = connectionTo(server);
    const kinds: ConnectionState['kind'][] = [];
    connection.state.subscribe(() => kinds.push(connection.state.get().kind));
    connection.connect();
    await settle();
    server.socket.drop();
    await vi.advanceTimersByTimeAsync(300);
    connection.close();
    expect(kinds).toEqual(['connecting', 'online', 'waiting', 'connecting', 'online', 'closed']);
  });
});

describe('tokens', () => {
  it('refreshes before the token expires, and goes on doing so', async () => {
    const getToken = vi.fn(() => Promise.resolve(tokenUntil(Date.now() + 600_000)));
    server.on('token.refresh', () => ({ type: 'done' }));
    await online(server, { getToken });
    await vi.advanceTimersByTimeAsync(545_000);
    expect(server.received('token.refresh')).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(545_000);
    expect(server.received('token.refresh')).toHaveLength(2);
    expect(server.sockets).toHaveLength(1);
  });

  it('refreshes when a command is refused for it, then sends the command again', async () => {
    const connection = await online(server);
    let isFresh = false;
    server.on('token.refresh', () => ((isFresh = true), { type: 'done' }));
    server.on('people.search', () =>
      isFresh ? { type: 'people', people: [] } : { type: 'failed', code: 'token_expired', message: 'Expired.' },
    );
    await expect(connection.send({ type: 'people.search', query: 'b' })).resolves.toMatchObject({ people: [] });
    expect(server.sockets).toHaveLength(1);
  });

  it('tries again when the application has no token to give', async () => {
    const getToken = vi.fn().mockRejectedValueOnce(new Error('down')).mockResolvedValue('token');
    const connection = await online(server, { getToken });
    expect(connection.state.get().kind).toBe('waiting');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(connection.state.get().kind).toBe('online');
  });
});

describe('an application that gives no token', () => {
  it('and says that it never will ends the connection', async () => {
    const getToken = vi.fn().mockRejectedValue(new CommandError('gone', 'Nobody is signed in here any more.'));
    const connection = await online(server, { getToken });
    expect(connection.state.get()).toEqual({ kind: 'closed', reason: 'gone', message: 'Nobody is signed in here any more.' });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(getToken).toHaveBeenCalledTimes(1);
  });

  it('and may do so later is asked again', async () => {
    const getToken = vi.fn().mockRejectedValueOnce(new CommandError('unavailable', 'Busy.', { retryable: true })).mockResolvedValue('token');
    const connection = await online(server, { getToken });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(connection.state.get().kind).toBe('online');
  });
});

describe('commands', () => {
  it('rejects with what the server says', async () => {
    const connection = await online(server);
    server.on('call.start', () => ({
      type: 'failed', code: 'rate_limited', message: 'Slowly.', retryable: true, retry_after_ms: 700,
    }));
    const error = await connection.send({ type: 'call.start', users: ['ben'] }).catch((one: unknown) => one);
    expect(error).toBeInstanceOf(CommandError);
    expect(error).toMatchObject({ code: 'rate_limited', retryable: true, retryAfterMs: 700, message: 'Slowly.' });
  });

  it('waits for the connection, but not for ever', async () => {
    server.isReachable = false;
    const connection = await online(server);
    const failing = expect(connection.send({ type: 'contacts.list' })).rejects.toMatchObject({ code: 'offline' });
    await vi.advanceTimersByTimeAsync(20_000);
    await failing;
  });

  it('sends what matters only now at once or not at all', async () => {
    const connection = await online(server);
    const lost = connection.send({ type: 'typing', conversation: 'c' }, { patienceMs: 0 });
    server.socket.drop();
    await expect(lost).rejects.toMatchObject({ code: 'offline' });
    await expect(connection.send({ type: 'typing', conversation: 'c' }, { patienceMs: 0 })).rejects.toMatchObject({ code: 'offline' });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.received('typing')).toHaveLength(0);
  });

  it('keeps order among what waited', async () => {
    const connection = connectionTo(server);
    for (const text of ['one', 'two', 'three']) {
      connection.send({ type: 'message.send', conversation: 'c', text }).catch(() => undefined);
    }
    connection.connect();
    await settle();
    expect(server.received('message.send').map(({ text }) => text)).toEqual(['one', 'two', 'three']);
  });

  it('bounds what waits, in number and in bytes', async () => {
    const few = connectionTo(server, { outboxLimits: { commands: 1 } });
    few.send({ type: 'ping' }).catch(() => undefined);
    await expect(few.send({ type: 'ping' })).rejects.toMatchObject({ code: 'queue_full', retryable: true });
    const small = connectionTo(server, { outboxLimits: { bytes: 200 } });
    const text = 'ä'.repeat(100);
    await expect(small.send({ type: 'message.send', conversation: 'c', text })).rejects.toMatchObject({ code: 'queue_full' });
  });

  it('refuses by itself what would make the server close the connection', async () => {
    const connection = await online(server);
    const text = 'a'.repeat(70_000);
    await expect(connection.send({ type: 'message.send', conversation: 'c', text })).rejects.toMatchObject({ code: 'too_large' });
    expect(server.received('message.send')).toHaveLength(0);
  });

  it('offers a message again that was refused for a while', async () => {
    const connection = await online(server);
    let refusals = 0;
    server.on('message.send', () =>
      (refusals += 1) <= 2
        ? { type: 'failed', code: 'rate_limited', message: 'Slowly.', retryable: true, retry_after_ms: 1_000 }
        : { type: 'sent', conversation: 'c', epoch: 'e', seq: 1, message: 'm', sent_at: 0 },
    );
    const reply = connection.send({ type: 'message.send', conversation: 'c', text: 'hi' });
    await vi.advanceTimersByTimeAsync(3_100);
    expect((await reply).seq).toBe(1);
    expect(new Set(server.received('message.send').map(({ id }) => id)).size).toBe(1);
  });
});

describe('messages that outlive the page', () => {
  const storage = memory();

  it('are sent by the next page of the same user, with the same ids', async () => {
    server.isReachable = false;
    const first = await online(server, { commandStorage: storedCommands(storage, 'anna') });
    const lost = first.send({ type: 'message.send', conversation: 'c', text: 'later' });
    lost.catch(() => undefined);
    first.close();
    await settle();
    server.isReachable = true;
    const second = await online(server, { commandStorage: storedCommands(storage, 'anna') });
    const [restored] = await second.restored;
    expect(server.received('message.send')).toEqual([restored?.command]);
    server.socket.deliver({ type: 'sent', id: restored?.command.id ?? '', conversation: 'c', epoch: 'e', seq: 3, message: 'm', sent_at: 0 });
    expect(await restored?.reply).toMatchObject({ seq: 3 });
    await settle();
    expect(storage.getItem('tureen.outbox.anna')).toBeNull();
  });

  it('are never sent as another user', async () => {
    const command = { type: 'message.send', id: 'x1', conversation: 'c', text: 'secret' };
    storage.setItem('tureen.outbox.ben', JSON.stringify([command, 5, null]));
    const connection = await online(server, { commandStorage: storedCommands(storage, 'ben') });
    expect(server.received('message.send')).toHaveLength(0);
    const [restored] = await connection.restored;
    await expect(restored?.reply).rejects.toMatchObject({ code: 'forbidden' });
  });
});
