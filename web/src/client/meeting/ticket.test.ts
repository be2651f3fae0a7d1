import { describe, expect, it } from 'vitest';
import { ApiClient } from '../apiClient';
import { obtainTicket } from './ticket';

function api(dev: boolean): ApiClient {
  return new ApiClient((path, init) => {
    if (path === '/api/app') return Promise.resolve(Response.json({ dev, version: '1' }));
    const { room, identity, name } = JSON.parse(init?.body as string) as { room: string; identity: string | null; name: string };
    return Promise.resolve(Response.json({ token: `for ${name}`, identity: identity ?? 'new', room }));
  });
}

const REQUEST = { room: 'soup', name: 'Ada', linkToken: null, identity: null, account: null };

describe('obtainTicket', () => {
  it('uses the token of the link before anything else', async () => {
    const linkToken = `h.${btoa('{"sub":"u7"}')}.s`;
    expect(await obtainTicket(api(true), { ...REQUEST, linkToken })).toEqual({ token: linkToken, identity: 'u7' });
  });

  it('asks the development login, as the same person after a reload', async () => {
    expect(await obtainTicket(api(true), REQUEST)).toEqual({ token: 'for Ada', identity: 'new' });
    expect(await obtainTicket(api(true), { ...REQUEST, identity: 'u1' })).toEqual({ token: 'for Ada', identity: 'u1' });
  });

  it('lets whoever is signed in come as themselves, whatever this tab was as a guest', async () => {
    const account = { user: 'ada-1', name: 'Ada L.', token: null };
    const ticket = await obtainTicket(api(true), { ...REQUEST, name: 'typed', identity: 'guest-7', account });
    expect(ticket).toEqual({ token: 'for Ada L.', identity: 'ada-1' });
  });

  it("uses a person's own token where it is for this room, and no other", async () => {
    const tokenFor = (room: string) => `h.${btoa(JSON.stringify({ sub: 'ada-1', video: { room } }))}.s`;
    const account = (room: string) => ({ user: 'ada-1', name: 'Ada', token: tokenFor(room) });
    const ticket = await obtainTicket(api(false), { ...REQUEST, account: account('soup') });
    expect(ticket).toEqual({ token: tokenFor('soup'), identity: 'ada-1' });
    const refused = obtainTicket(api(false), { ...REQUEST, account: account('stew') });
    await expect(refused).rejects.toMatchObject({ kind: 'invitation_needed' });
  });

  it('needs an invitation where there is no development login', async () => {
    await expect(obtainTicket(api(false), REQUEST)).rejects.toMatchObject({ kind: 'invitation_needed' });
  });
});
