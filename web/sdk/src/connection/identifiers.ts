import type { KeyValueStorage } from './keyValueStorage';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz012345';
const LENGTH = 24;

/** 120 bits by chance, in letters that ids of commands and devices may hold. Works without a secure context too. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(LENGTH));
  return Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

const DEVICE_KEY = 'tureen.device';

/** The name of this device: made once, then found in the storage. Without one it lives as long as the page. */
export function deviceId(storage: KeyValueStorage | null): string {
  try {
    const known = storage?.getItem(DEVICE_KEY) ?? null;
    if (known !== null && /^[A-Za-z0-9_-]{1,64}$/u.test(known)) return known;
    const made = newId();
    storage?.setItem(DEVICE_KEY, made);
    return made;
  } catch {
    return newId(); // storage that is full or forbidden
  }
}
