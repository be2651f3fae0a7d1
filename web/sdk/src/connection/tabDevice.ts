import { deviceId, newDeviceId } from './identifiers';
import type { KeyValueStorage } from './keyValueStorage';

/** A page that is reloaded lets go of its device a little late. */
const PATIENCE_MS = 700;

/** The part of `LockManager` that is used. */
export type DeviceLocks = Pick<LockManager, 'request'>;

/**
 * The name of a device of this tab alone, for `ConnectionOptions.device`. Ask once for each page.
 *
 * A duplicated tab begins with a copy of `sessionStorage`, and of one device the server lets one connection live. So a
 * page holds its device's name until it goes away, and whoever finds it taken makes up another one. Pages without locks
 * (Web Locks need a secure context) take what the storage says.
 */
export async function tabDevice(storage: KeyValueStorage | null, locks: DeviceLocks | undefined): Promise<string> {
  const known = deviceId(storage);
  if (locks === undefined || (await hold(locks, known))) return known;
  const made = newDeviceId(storage);
  await hold(locks, made);
  return made;
}

/** Until the page goes away; false if another page holds it. */
function hold(locks: DeviceLocks, device: string): Promise<boolean> {
  return new Promise((resolve) => {
    const whilePageLives = new Promise<never>(() => undefined);
    const held = locks.request(`tureen.device.${device}`, { signal: AbortSignal.timeout(PATIENCE_MS) }, () => {
      resolve(true);
      return whilePageLives;
    });
    held.catch(() => resolve(false));
  });
}
