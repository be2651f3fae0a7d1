import { describe, expect, it } from 'vitest';
import { CallPlace } from './callPlace';

/** A page with the browser's history: Back is done in a later turn, as browsers do it. */
class FakePage extends EventTarget {
  readonly entries: unknown[] = [{ from: '/' }];
  at = 0;
  readonly history = {
    state: this.entries[0],
    pushState: (state: unknown) => {
      this.entries.splice(this.at + 1, Infinity, state);
      this.#go(this.entries.length - 1);
    },
    back: () => queueMicrotask(() => this.press(-1)),
  };

  /** Of the browser's own buttons. */
  press(by: number): void {
    this.#go(this.at + by);
    this.dispatchEvent(new Event('popstate'));
  }

  /** Whether the browser may leave without asking. */
  get mayLeave(): boolean {
    return this.dispatchEvent(new Event('beforeunload', { cancelable: true }));
  }

  #go(at: number): void {
    this.at = at;
    this.history.state = this.entries[at];
  }
}

async function ring(): Promise<{ page: FakePage; place: CallPlace; end: () => void }> {
  const page = new FakePage();
  const place = new CallPlace(page as unknown as Window);
  const end = place.enter('k1');
  await turns();
  return { page, place, end };
}

async function turns(): Promise<void> {
  for (let count = 0; count < 5; count += 1) await Promise.resolve();
}

describe('the place of a call', () => {
  it('becomes a bar by Back, and the whole page again by Forward', async () => {
    const { page, place } = await ring();
    expect([place.full.get(), page.at]).toEqual([true, 1]);
    page.press(-1);
    expect([place.full.get(), page.at]).toEqual([false, 0]);
    page.press(1);
    expect(place.full.get()).toBe(true);
  });

  it('leaves no entry behind, neither by the button nor at the end', async () => {
    const { page, place, end } = await ring();
    place.minimise();
    await turns();
    expect([place.full.get(), page.at]).toEqual([false, 0]);
    place.open();
    expect([place.full.get(), page.at, page.entries.length]).toEqual([true, 1, 2]);
    end();
    await turns();
    expect(page.at).toBe(0);
  });

  it('goes to the next call, whose entry comes once the one before has gone', async () => {
    const { page, place, end } = await ring();
    end();
    place.enter('k2');
    await turns();
    expect(place.full.get()).toBe(true);
    expect(page.history.state).toMatchObject({ call: 'k2', from: '/' });
    expect(page.entries).toHaveLength(2);
  });

  it('finds its entry again after a reload', async () => {
    const { page } = await ring();
    new CallPlace(page as unknown as Window).enter('k1');
    await turns();
    expect(page.entries).toHaveLength(2);
  });

  it('lets nobody leave the page unasked as long as the call is on', async () => {
    const { page, place, end } = await ring();
    expect(page.mayLeave).toBe(false);
    place.minimise();
    expect(page.mayLeave).toBe(false);
    end();
    expect(page.mayLeave).toBe(true);
  });
});
