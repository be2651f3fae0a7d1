import type { CommandError } from '@tureen/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeServer, online, settle } from '../../../sdk/test/fakeServer';
import { UploadTray } from './uploadTray';

type Answer = (response: Response) => void;

const DONE = { id: 'f', name: 'plan.pdf', media_type: 'application/pdf', size_bytes: 4 };

let tray: UploadTray;
let uploads: Answer[];
let posted: string[][];
let reported: CommandError[];

beforeEach(async () => {
  vi.useFakeTimers();
  const server = new FakeServer();
  server.on('upload.create', ({ name, size_bytes }) => ({
    type: 'upload', attachment: { ...DONE, name, size_bytes }, url: '/v1/uploads/f', chunk_bytes: 100,
  }));
  [uploads, posted, reported] = [[], [], []];
  vi.stubGlobal('fetch', () => new Promise<Response>((resolve) => uploads.push(resolve)));
  const connection = await online(server, { url: 'wss://example.org/native' });
  tray = new UploadTray(connection, 'c', { maxFileBytes: () => Promise.resolve(8) }, (error) => reported.push(error));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function take(): string[] {
  return tray.take((attachments) => posted.push(attachments));
}

async function begin(...names: string[]): Promise<void> {
  tray.add(names.map((name) => new File(['soup'], name)));
  await settle();
}

async function answer(at: number, response: Response): Promise<void> {
  uploads[at]?.(response);
  await settle();
}

describe('files that are sent', () => {
  it('go with the message where they are ready, and by themselves as soon as they are', async () => {
    await begin('one', 'two', 'three');
    await answer(0, Response.json({ ...DONE, id: 'f1' }));
    expect(take()).toEqual(['f1']);
    expect(tray.store.get().map(({ name, isSent }) => [name, isSent])).toEqual([['two', true], ['three', true]]);
    // Another message goes meanwhile, and takes none of them a second time.
    expect(take()).toEqual([]);
    await answer(2, Response.json({ ...DONE, id: 'f3' }));
    expect(posted).toEqual([['f3']]);
    await answer(1, Response.json({ ...DONE, id: 'f2' }));
    expect([posted, tray.store.get()]).toEqual([[['f3'], ['f2']], []]);
  });

  it('wait for the next message where they were not', async () => {
    await begin('one');
    await answer(0, Response.json({ ...DONE, id: 'f1' }));
    expect([posted, tray.store.get()[0]?.progress]).toEqual([[], 1]);
    expect(take()).toEqual(['f1']);
  });

  it('go on when the place is left, and those that were not sent end', async () => {
    await begin('one');
    take();
    await begin('two');
    tray.end();
    expect(tray.store.get().map(({ name }) => name)).toEqual(['one']);
    await answer(0, Response.json({ ...DONE, id: 'f1' }));
    expect([posted, reported]).toEqual([[['f1']], []]);
  });

  it('stay with what is wrong, which is told where nobody sees the tray any more', async () => {
    await begin('one', 'two');
    take();
    await answer(0, Response.json({ code: 'unsupported_media', message: 'A lie.' }, { status: 415 }));
    expect(tray.store.get()[0]).toMatchObject({ name: 'one', problem: 'A lie.', isSent: false });
    tray.end();
    await answer(1, Response.json({ code: 'too_large', message: '.' }, { status: 413 }));
    expect(reported.map(({ message, hint }) => [message, hint])).toEqual([['two was not sent.', 'This file is too large for this server.']]);
    expect([posted, tray.store.get()]).toEqual([[], []]);
  });

  it('do not go when they are taken back', async () => {
    await begin('one');
    take();
    tray.remove(tray.store.get()[0]?.id ?? '');
    await answer(0, Response.json({ ...DONE, id: 'f1' }));
    expect([posted, reported]).toEqual([[], []]);
  });
});

it('refuses a file that is too large before any of it is sent', async () => {
  tray.add([new File(['much too much'], 'big')]);
  await settle();
  expect(tray.store.get()[0]?.problem).toContain('at most');
  expect(uploads).toEqual([]);
});
