import { normalizeRoomName } from './roomName';

/** The part of a link that matters here: the room, and the token that an application put into the fragment. */
export interface RoomLink {
  readonly room: string;
  readonly token: string | null;
}

const MAX_LINK = 16_384;
const MAX_TOKEN = 8_192;

/**
 * Reads what a person typed or pasted: a full link of any host, a path, or a bare room name.
 * Returns null when no room name can be made of it.
 */
export function readRoomLinkUntrusted(typed: string): RoomLink | null {
  const text = typed.trim();
  if (text === '' || text.length > MAX_LINK) return null;
  const [address, fragment] = split(text, '#');
  const [place] = split(address.replace(/^[a-z][a-z0-9+.-]*:\/\//iu, ''), '?');
  const slash = place.indexOf('/');
  const room = slash < 0 ? bareRoom(text, place) : readRoomPathUntrusted(place.slice(slash));
  return room === null ? null : { room, token: slash < 0 ? null : readTokenFragmentUntrusted(fragment) };
}

/** `/r/<room>` to the room's name; null for any other path. */
export function readRoomPathUntrusted(path: string): string | null {
  const match = /^\/r\/([^/]+)\/?$/u.exec(path);
  if (match === null) return null;
  try {
    return normalizeRoomName(decodeURIComponent(match[1] ?? ''));
  } catch {
    return null; // a broken percent sequence is no room name
  }
}

/** `#token=<jwt>` to the token; null when there is none or when it cannot be one. */
export function readTokenFragmentUntrusted(fragment: string): string | null {
  const token = new URLSearchParams(fragment.replace(/^#/u, '')).get('token');
  if (token === null || token.length > MAX_TOKEN) return null;
  return /^[\w-]+\.[\w-]+\.[\w-]+$/u.test(token) ? token : null;
}

export function roomPath(room: string): string {
  return `/r/${encodeURIComponent(room)}`;
}

/** The address that signs its bearer in: the key of one person. See `readTokenFragmentUntrusted`. */
export function personalLink(origin: string, token: string): string {
  return `${origin}/#token=${token}`;
}

/** The address to share. It never carries a token: a token is one person's key. */
export function inviteLink(origin: string, room: string): string {
  return `${origin}${roomPath(room)}`;
}

function bareRoom(text: string, place: string): string | null {
  // "https://meet.example" has no room in it: its host must not become one.
  return text.includes('://') ? null : normalizeRoomName(place);
}

/** Cuts at the first separator; the second part is empty when there is none. */
function split(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
