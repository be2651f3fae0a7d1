import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTokenClaimsUntrusted } from './tokenClaims';

function token(claims: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(claims));
  const payload = btoa(String.fromCharCode(...bytes)).replace(/\+/gu, '-').replace(/\//gu, '_').replace(/=+$/u, '');
  return `h.${payload}.s`;
}

describe('readTokenClaimsUntrusted', () => {
  it('reads who the holder is, in any script', () => {
    expect(readTokenClaimsUntrusted(token({ sub: 'u1', name: 'Zoë 町子', video: { room: 'soup' } }))).toEqual({
      identity: 'u1',
      name: 'Zoë 町子',
      room: 'soup',
    });
  });

  it('leaves out what is missing or of the wrong type', () => {
    expect(readTokenClaimsUntrusted(token({ sub: 7, name: '', video: null }))).toEqual({ identity: null, name: null, room: null });
  });

  it('takes any text without throwing', () => {
    fc.assert(fc.property(fc.string(), (text) => void readTokenClaimsUntrusted(`a.${text}.b`)));
    expect(readTokenClaimsUntrusted('')).toEqual({ identity: null, name: null, room: null });
    expect(readTokenClaimsUntrusted(token(null))).toEqual({ identity: null, name: null, room: null });
  });
});
