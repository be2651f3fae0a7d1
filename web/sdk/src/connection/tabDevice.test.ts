import { describe, expect, it } from 'vitest';
import type { KeyValueStorage } from './keyValueStorage';
import { type DeviceLocks, tabDevice } from './tabDevice';

class Storage implements KeyValueStorage {
  readonly kept: Map<string, string>;

  constructor(kept = new Map<string, string>()) {
    this.kept = kept;
  }

  getItem = (key: string): string | null => this.kept.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.kept.set(key, value);
  removeItem = (key: string): void => void this.kept.delete(key);

  /** As browsers do it for a duplicated tab. */
  copy = (): Storage => new Storage(new Map(this.kept));
}

/** The locks of one browser, which lose patience at once. */
class Locks {
  readonly #held = new Set<string>();

  /** Of one page; `close` lets go of what it holds. */
  page(): DeviceLocks & { close: () => void } {
    const mine: string[] = [];
    const request = (name: string, _options: LockOptions, granted: () => Promise<unknown>): Promise<unknown> => {
      if (this.#held.has(name)) return Promise.reject(new DOMException('', 'TimeoutError'));
      this.#held.add(name);
      mine.push(name);
      return granted();
    };
    const close = (): void => mine.forEach((name) => this.#held.delete(name));
    return { request: request as LockManager['request'], close };
  }
}

describe('the device of a tab', () => {
  it('is the same after a reload', async () => {
    const [storage, locks] = [new Storage(), new Locks()];
    const first = locks.page();
    const device = await tabDevice(storage, first);
    first.close();
    expect(await tabDevice(storage, locks.page())).toBe(device);
  });

  it('is another one in a duplicated tab, which keeps it', async () => {
    const [storage, locks] = [new Storage(), new Locks()];
    const device = await tabDevice(storage, locks.page());
    const [copied, page] = [storage.copy(), locks.page()];
    const other = await tabDevice(copied, page);
    expect(other).not.toBe(device);
    page.close();
    expect(await tabDevice(copied, locks.page())).toBe(other);
  });

  it('differs among tabs that never knew each other', async () => {
    const locks = new Locks();
    expect(await tabDevice(new Storage(), locks.page())).not.toBe(await tabDevice(new Storage(), locks.page()));
  });

  it('is what the storage says where there are no locks', async () => {
    const storage = new Storage();
    expect(await tabDevice(storage, undefined)).toBe(await tabDevice(storage, undefined));
  });

  it('needs no storage', async () => {
    expect(await tabDevice(null, new Locks().page())).toMatch(/^[a-z0-9]{24}$/u);
  });
});
