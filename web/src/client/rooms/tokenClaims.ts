/** What a token says about its holder. For display only: the server alone decides whether the token is good. */
export interface TokenClaims {
  readonly identity: string | null;
  readonly name: string | null;
  readonly room: string | null;
}

const NOTHING: TokenClaims = { identity: null, name: null, room: null };

/** Reads the claims of a JWT (RFC 7519) without checking it; empty claims when they cannot be read. */
export function readTokenClaimsUntrusted(token: string): TokenClaims {
  const payload = token.split('.')[1];
  if (payload === undefined) return NOTHING;
  try {
    const claims: unknown = JSON.parse(decodeBase64Url(payload));
    return {
      identity: field(claims, 'sub'),
      name: field(claims, 'name'),
      room: field(typeof claims === 'object' && claims !== null ? (claims as { video?: unknown }).video : null, 'room'),
    };
  } catch {
    return NOTHING;
  }
}

function decodeBase64Url(text: string): string {
  const bytes = Uint8Array.from(atob(text.replace(/-/gu, '+').replace(/_/gu, '/')), (char) => char.charCodeAt(0));
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

function field(value: unknown, name: string): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const found = (value as Record<string, unknown>)[name];
  return typeof found === 'string' && found !== '' ? found.slice(0, 256) : null;
}
