/**
 * Work of which many pieces may come at once, as pictures do when a page is turned: a few milliseconds of it are done
 * per frame, so that the page never stops. What fits is done at once; the rest follows in order.
 */
const BUDGET_MS = 8;

const waiting = new Set<() => void>();
let spentMs = 0;
let planned = false;

/** Does the work now or soon. The returned function takes back what has not been done yet, and tells whether it did. */
export function doSoon(work: () => void): () => boolean {
  if (waiting.size === 0 && spentMs < BUDGET_MS) spend(work);
  else waiting.add(work);
  plan();
  return () => waiting.delete(work);
}

function spend(work: () => void): void {
  const start = performance.now();
  work();
  spentMs += performance.now() - start;
}

function plan(): void {
  if (planned) return;
  planned = true;
  requestAnimationFrame(startFrame);
}

function startFrame(): void {
  planned = false;
  spentMs = 0;
  for (const work of waiting) {
    waiting.delete(work);
    spend(work);
    if (spentMs >= BUDGET_MS) break;
  }
  if (waiting.size > 0) plan();
}
