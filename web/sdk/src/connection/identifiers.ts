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
  return knownDevice(storage) ?? newDeviceId(storage);
}

/** Another name for this device, which takes the place of the one in the storage. */
export function newDeviceId(storage: KeyValueStorage | null): string {
  const made = newId();
  try {
    storage?.setItem(DEVICE_KEY, made);
  } catch {
    // Storage that is full or forbidden: the name lives as long as the page.
  }
  return made;
}

function knownDevice(storage: KeyValueStorage | null): string | null {
  try {
    const known = storage?.getItem(DEVICE_KEY) ?? null;
    return known !== null && /^[A-Za-z0-9_-]{1,64}$/u.test(known) ? known : null;
  } catch {
    return null; // forbidden
  }
}
