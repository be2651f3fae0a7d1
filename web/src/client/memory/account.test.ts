import { describe, expect, test } from 'vitest';
import { accountOfToken, AccountStore } from './account';
import type { TextStorage } from './preferences';

class Memory implements TextStorage {
  readonly values = new Map<string, string>();

  getItem(key: string): string | null {
    return this.values.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.values.set(key, value);
  }

  removeItem(key: string): void {
    this.values.delete(key);
  }
}

const ADA = { user: 'ada-1', name: 'Ada', token: null };

test('a name outlives the tab, a token does not', () => {
  const [browser, tab] = [new Memory(), new Memory()];
  new AccountStore(browser, tab).signIn(ADA);
  expect(new AccountStore(browser, new Memory()).get()).toEqual(ADA);
  new AccountStore(browser, tab).signIn({ ...ADA, user: 'bo', token: 'x.y.z' });
  expect(new AccountStore(browser, tab).get()?.user).toBe('bo');
  expect(new AccountStore(browser, new Memory()).get()?.user).toBe('ada-1');
});

test('signing out leaves nothing behind', () => {
  const [browser, tab] = [new Memory(), new Memory()];
  const store = new AccountStore(browser, tab);
  store.signIn(ADA);
  store.signOut();
  expect(store.get()).toBeNull();
  expect([browser.values.size, tab.values.size]).toEqual([0, 0]);
});

test.each(['', 'null', '7', '{"user":7,"name":"x"}', '{"user":"","name":"x"}', '{', '[]'])('stored %s is nobody', (text) => {
  const browser = new Memory();
  browser.values.set('tureen.account', text);
  expect(new AccountStore(browser, null).get()).toBeNull();
});

describe('several tabs', () => {
  class Tab {
    readonly listeners: ((event: StorageEvent) => void)[] = [];
    readonly session = new Memory();
    readonly store: AccountStore;

    constructor(browser: Memory) {
      this.store = new AccountStore(browser, this.session);
      const addEventListener = (_type: string, listener: (event: StorageEvent) => void): void => void this.listeners.push(listener);
      this.store.followOtherTabs({ addEventListener } as unknown as Window);
    }

    hear(key: string | null): void {
      for (const listener of this.listeners) listener({ key } as StorageEvent);
    }
  }

  test('are signed out together, and in', () => {
    const browser = new Memory();
    const [one, other] = [new Tab(browser), new Tab(browser)];
    one.store.signIn(ADA);
    other.hear('tureen.account');
    expect(other.store.get()).toEqual(ADA);
    one.store.signOut();
    other.hear('tureen.known');
    expect(other.store.get()).toEqual(ADA);
    other.hear('tureen.account');
    expect(other.store.get()).toBeNull();
  });

  test('of which one has a personal link goes on by itself', () => {
    const browser = new Memory();
    const [one, other] = [new Tab(browser), new Tab(browser)];
    one.store.signIn(ADA);
    other.store.signIn({ user: 'bo', name: 'Bo', token: 'x.y.z' });
    one.store.signOut();
    other.hear('tureen.account');
    expect(other.store.get()?.user).toBe('bo');
  });

  test('are signed out when everything stored is cleared', () => {
    const browser = new Memory();
    const tab = new Tab(browser);
    tab.store.signIn(ADA);
    browser.values.clear();
    tab.hear(null);
    expect(tab.store.get()).toBeNull();
  });
});

test('what is dropped is not there for the next page, but for this one', () => {
  const browser = new Memory();
  const store = new AccountStore(browser, new Memory());
  store.signIn(ADA);
  store.drop();
  expect(store.get()).toEqual(ADA);
  expect(new AccountStore(browser, new Memory()).get()).toBeNull();
});

test('a token names its bearer', () => {
  const body = btoa(JSON.stringify({ sub: 'ada', name: 'Ada' })).replaceAll('=', '');
  expect(accountOfToken(`e30.${body}.sig`)).toEqual({ user: 'ada', name: 'Ada', token: `e30.${body}.sig` });
  expect(accountOfToken('e30.e30.sig')).toBeNull();
});
