import { describe, expect, it } from 'vitest';
import { ApiClient } from '../apiClient';
import { obtainTicket } from './ticket';

function api(dev: boolean): ApiClient {
  return new ApiClient((path, init) => {
    if (path === '/api/app') return Promise.resolve(Response.json({ dev, version: '1' }));
    const { room, identity } = JSON.parse(init?.body as string) as { room: string; identity: string | null };
    return Promise.resolve(Response.json({ token: 't', identity: identity ?? 'new', room }));
  });
}

const REQUEST = { room: 'soup', name: 'Ada', linkToken: null, identity: null };

describe('obtainTicket', () => {
  it('uses the token of the link before anything else', async () => {
    const linkToken = `h.${btoa('{"sub":"u7"}')}.s`;
    expect(await obtainTicket(api(true), { ...REQUEST, linkToken })).toEqual({ token: linkToken, identity: 'u7' });
  });

  it('asks the development login, as the same person after a reload', async () => {
    expect(await obtainTicket(api(true), REQUEST)).toEqual({ token: 't', identity: 'new' });
    expect(await obtainTicket(api(true), { ...REQUEST, identity: 'u1' })).toEqual({ token: 't', identity: 'u1' });
  });

  it('needs an invitation where there is no development login', async () => {
    await expect(obtainTicket(api(false), REQUEST)).rejects.toMatchObject({ kind: 'invitation_needed' });
  });
});
