import { describe, expect, it } from 'vitest';
import { ApiClient } from './apiClient';
import { JoinFailure } from './joinFailure';

type Answer = () => Promise<Response>;

function client(...answers: Answer[]): { api: ApiClient; asked: string[] } {
  const asked: string[] = [];
  const fetchImpl = (path: string | URL | Request): Promise<Response> => {
    asked.push(path as string);
    const answer = answers.shift();
    return answer === undefined ? Promise.reject(new TypeError('network')) : answer();
  };
  return { api: new ApiClient(fetchImpl), asked };
}

const json = (body: unknown, status = 200): Answer => () => Promise.resolve(Response.json(body, { status }));
const REQUEST = { room: 'soup', name: 'Ada', identity: null };

async function failureOf(promise: Promise<unknown>): Promise<JoinFailure> {
  const error: unknown = await promise.catch((reason: unknown) => reason);
  if (!(error instanceof JoinFailure)) throw new Error('expected a JoinFailure');
  return error;
}

describe('ApiClient', () => {
  it('asks once what the server is', async () => {
    const { api, asked } = client(json({ dev: true, version: '1.2.3', max_file_bytes: 2048 }));
    expect(await api.appInfo()).toEqual({ dev: true, version: '1.2.3', maxFileBytes: 2048 });
    expect(await api.appInfo()).toEqual({ dev: true, version: '1.2.3', maxFileBytes: 2048 });
    expect(asked).toEqual(['/api/app']);
  });

  it('asks again after a failure', async () => {
    const { api } = client(() => Promise.reject(new TypeError('network')), json({ dev: false, version: '1' }));
    expect((await failureOf(api.appInfo())).kind).toBe('server_unreachable');
    expect((await api.appInfo()).dev).toBe(false);
  });

  it.each([
    [json({ error: { code: 'room_full', message: 'm', hint: 'Wait.' } }, 409), 'room_full'],
    [json({ error: { code: 'bad_name', message: 'Bad name', hint: 'Shorter.' } }, 422), 'request_refused'],
    [json({ error: { code: 'not_found', message: 'm', hint: 'h' } }, 404), 'invitation_needed'],
    [() => Promise.resolve(new Response('<html>', { status: 502 })), 'server_unreachable'],
    [json({ token: 7 }), 'unexpected'],
  ] as const)('names refusal %#', async (answer, kind) => {
    expect((await failureOf(client(answer).api.devToken(REQUEST))).kind).toBe(kind);
  });

  it("passes the server's own advice on", async () => {
    const { api } = client(json({ error: { code: 'bad_name', message: 'Bad name', hint: 'Shorter.' } }, 422));
    expect((await failureOf(api.devToken(REQUEST))).advice).toMatchObject({ title: 'Bad name', hint: 'Shorter.' });
  });
});
