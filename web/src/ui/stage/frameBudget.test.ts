import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

let nowMs = 0;
let frames: (() => void)[] = [];

/** Work that takes its time. */
function work(name: string, done: string[], ms: number): () => void {
  return () => {
    nowMs += ms;
    done.push(name);
  };
}

function nextFrame(): void {
  const due = frames;
  frames = [];
  due.forEach((run) => run());
}

async function fresh(): Promise<typeof import('./frameBudget')> {
  vi.resetModules();
  return import('./frameBudget');
}

describe('doSoon', () => {
  beforeEach(() => {
    [nowMs, frames] = [0, []];
    vi.stubGlobal('performance', { now: () => nowMs });
    vi.stubGlobal('requestAnimationFrame', (run: () => void) => frames.push(run));
  });
  afterEach(() => void vi.unstubAllGlobals());

  it('does at once what fits, and the rest in order, frame by frame', async () => {
    const { doSoon } = await fresh();
    const done: string[] = [];
    for (const name of 'abcdefg') doSoon(work(name, done, 4));
    expect(done.join('')).toBe('ab');
    nextFrame();
    expect(done.join('')).toBe('abcd');
    nextFrame();
    nextFrame();
    expect(done.join('')).toBe('abcdefg');
    nextFrame();
    expect(frames).toEqual([]);
  });

  it('takes back what has not been done yet', async () => {
    const { doSoon } = await fresh();
    const done: string[] = [];
    const first = doSoon(work('a', done, 9));
    const second = doSoon(work('b', done, 9));
    expect([first(), second()]).toEqual([false, true]);
    nextFrame();
    expect(done).toEqual(['a']);
  });
});
