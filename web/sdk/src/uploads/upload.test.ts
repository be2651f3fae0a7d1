import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeServer, online } from '../../test/fakeServer';
import type { Attachment } from '../protocol';
import { upload, type UploadOptions } from './upload';

const ATTACHMENT = { id: 'f1', name: 'plan.pdf', media_type: 'application/pdf', size_bytes: 10 };

/** A server's half: keeps what arrives, and fails as it is told. */
class FakeStorage {
  bytes = '';
  readonly requests: string[] = [];
  /** What to do with the next requests instead; `cut`: store half, then the network fails. */
  faults: (Response | 'cut' | 'unreachable' | null)[] = [];
  readonly #total: number;

  constructor(total: number) {
    this.#total = total;
  }

  readonly fetch = async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    const offset = headers.get('Upload-Offset');
    this.requests.push([init.method, url as string, offset].filter((one) => one !== null).join(' '));
    const fault = this.faults.shift() ?? null;
    if (fault instanceof Response) return fault;
    if (fault === 'unreachable') throw new TypeError('Failed to fetch');
    if (init.method === 'HEAD') return new Response(null, { headers: { 'Upload-Offset': String(this.bytes.length) } });
    if (Number(offset) !== this.bytes.length) return Response.json({ code: 'conflict', message: 'Elsewhere.' }, { status: 409 });
    const text = await (init.body as Blob).text();
    this.bytes += fault === 'cut' ? text.slice(0, text.length / 2) : text;
    if (fault === 'cut') throw new TypeError('Failed to fetch');
    if (this.bytes.length === this.#total) return Response.json(ATTACHMENT);
    return new Response(null, { status: 204, headers: { 'Upload-Offset': String(this.bytes.length) } });
  };
}

let storage: FakeStorage;

beforeEach(() => {
  vi.useFakeTimers();
  storage = new FakeStorage(10);
});

afterEach(() => {
  vi.useRealTimers();
});

async function start(options: UploadOptions = {}): Promise<{ result: Promise<Attachment> }> {
  const server = new FakeServer();
  server.on('upload.create', ({ name, size_bytes }) => ({
    type: 'upload', attachment: { ...ATTACHMENT, name, size_bytes }, url: '/v1/uploads/f1?s=x', chunk_bytes: 4,
  }));
  const connection = await online(server, { url: 'wss://example.org/native' });
  const file = new File(['0123456789'], 'plan.pdf');
  const result = upload(connection, 'c', file, { fetch: storage.fetch, random: () => 0.5, ...options });
  result.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(0);
  return { result };
}

describe('an upload', () => {
  it('goes in pieces to the address that the server gave, and tells how far it is', async () => {
    const progress: number[] = [];
    const { result } = await start({ onProgress: (sent) => progress.push(sent) });
    await vi.advanceTimersByTimeAsync(10);
    expect(await result).toEqual(ATTACHMENT);
    expect(storage.bytes).toBe('0123456789');
    const url = 'https://example.org/v1/uploads/f1?s=x';
    expect(storage.requests).toEqual([`PATCH ${url} 0`, `PATCH ${url} 4`, `PATCH ${url} 8`]);
    expect(progress).toEqual([4, 8, 10]);
  });

  it('goes on from where the server stands after failures', async () => {
    storage.faults = [null, 'cut', 'unreachable', Response.json({ error: { message: 'Busy.' } }, { status: 503 })];
    const { result } = await start();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await result).toEqual(ATTACHMENT);
    expect(storage.bytes).toBe('0123456789');
    expect(storage.requests.at(-1)?.endsWith(' 6')).toBe(true);
  });

  it('asks where the server stands when it is told that it stands elsewhere', async () => {
    storage.bytes = '01';
    const { result } = await start();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await result).toEqual(ATTACHMENT);
    expect(storage.bytes).toBe('0123456789');
  });

  it('fails at once with what will not pass', async () => {
    storage.faults = [Response.json({ error: { code: 'unsupported_media', message: 'No.', hint: 'PDF.' } }, { status: 415 })];
    const { result } = await start();
    await expect(result).rejects.toMatchObject({ code: 'unsupported_media', message: 'No.', hint: 'PDF.', retryable: false });
    expect(storage.requests).toHaveLength(1);
  });

  it('fails in the end with what does not pass', async () => {
    storage.faults = Array.from({ length: 50 }, () => 'unreachable' as const);
    const { result } = await start();
    await vi.advanceTimersByTimeAsync(300_000);
    await expect(result).rejects.toMatchObject({ code: 'offline', retryable: true });
    expect(storage.requests.length).toBeLessThan(12);
  });

  it('can be given up', async () => {
    storage.faults = ['unreachable'];
    const stop = new AbortController();
    const { result } = await start({ signal: stop.signal });
    stop.abort(new Error('Enough.'));
    await expect(result).rejects.toThrow('Enough.');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(storage.requests).toHaveLength(1);
  });
});
