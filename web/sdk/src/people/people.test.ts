import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeServer, online, settle } from '../../test/fakeServer';
import type { Connection } from '../connection/connection';
import { Contacts } from './contacts';
import { Directory } from './directory';
import { OwnPresence } from './ownPresence';
import { PresenceWatch } from './presenceWatch';

let server: FakeServer;
let connection: Connection;

beforeEach(async () => {
  vi.useFakeTimers();
  server = new FakeServer();
  server.on('presence.watch', ({ users }) => ({
    type: 'presences',
    presences: users.map((user) => ({ user, availability: 'online' })),
  }));
  server.on('presence.unwatch', () => ({ type: 'done' }));
  server.on('people.get', ({ users }) => ({ type: 'people', people: users.map((id) => ({ id, name: id.toUpperCase() })) }));
  connection = await online(server);
});

afterEach(() => {
  connection.close();
  vi.useRealTimers();
});

describe('presence', () => {
  it('asks once for whom many look at, and until nobody does', async () => {
    const presence = new PresenceWatch(connection);
    const first = presence.watch(['ben', 'cem']);
    const second = presence.watch(['ben']);
    await vi.advanceTimersByTimeAsync(100);
    expect(server.received('presence.watch')).toMatchObject([{ users: ['ben', 'cem'] }]);
    expect(presence.store.get().get('ben')?.availability).toBe('online');
    server.tell({ type: 'presence', presences: [{ user: 'ben', availability: 'busy' }] });
    expect(presence.store.get().get('ben')?.availability).toBe('busy');
    first();
    first();
    await vi.advanceTimersByTimeAsync(6_000);
    expect(server.received('presence.unwatch')).toMatchObject([{ users: ['cem'] }]);
    expect([...presence.store.get().keys()]).toEqual(['ben']);
    second();
    presence.watch(['ben']);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(server.received('presence.unwatch')).toHaveLength(1);
  });

  it('watches again after a drop, in batches that the server takes', async () => {
    const presence = new PresenceWatch(connection);
    presence.watch(Array.from({ length: 250 }, (_, index) => `u${index}`));
    await vi.advanceTimersByTimeAsync(100);
    server.socket.drop();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.received('presence.watch').map(({ users }) => users.length)).toEqual([200, 50]);
    expect(presence.store.get().size).toBe(250);
  });

  it('tells of an idle device at once, and with the next greeting', async () => {
    const own = new OwnPresence(connection);
    own.setIdle(true);
    own.setIdle(true);
    expect(server.received('presence.set')).toMatchObject([{ idle: true }]);
    server.socket.drop();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.hello.idle).toBe(true);
  });
});

describe('the directory', () => {
  it('gathers whom it is asked for, and follows their changes', async () => {
    const directory = new Directory(connection);
    directory.need(['ben']);
    directory.need(['cem', 'ben']);
    await vi.advanceTimersByTimeAsync(50);
    directory.need(['cem']);
    await vi.advanceTimersByTimeAsync(50);
    expect(server.received('people.get')).toMatchObject([{ users: ['ben', 'cem'] }]);
    server.tell({ type: 'person', person: { id: 'ben', name: 'Benjamin' } });
    expect(directory.store.get().get('ben')?.name).toBe('Benjamin');
    expect(directory.store.get().get('cem')?.name).toBe('CEM');
  });

  it('searches, and not for nothing', async () => {
    const directory = new Directory(connection);
    server.on('people.search', ({ query }) => ({ type: 'people', people: [{ id: query }] }));
    const found = directory.search(' be ');
    await settle();
    expect(await found).toEqual([{ id: 'be' }]);
    expect(await directory.search('  ')).toEqual([]);
    expect(server.received('people.search')).toHaveLength(1);
  });
});

describe('contacts', () => {
  it('are loaded on demand, and again when another device changed them', async () => {
    const contacts = new Contacts(connection);
    let listed = 0;
    server.on('contacts.list', () => ({ type: 'contacts', contacts: [{ person: { id: `v${(listed += 1)}` }, added_at: 0 }] }));
    server.tell({ type: 'contacts.changed' });
    await settle();
    expect(contacts.store.get()).toBeNull();
    void contacts.load();
    await settle();
    server.tell({ type: 'contacts.changed' });
    await settle();
    expect(contacts.store.get()).toMatchObject([{ person: { id: 'v2' } }]);
    server.on('contacts.block', () => ({ type: 'done' }));
    void contacts.block('ben');
    await settle();
    expect(server.received('contacts.block')).toMatchObject([{ user: 'ben', blocked: true }]);
    expect(contacts.store.get()).toMatchObject([{ person: { id: 'v3' } }]);
  });
});
