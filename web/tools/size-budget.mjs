// Fails the build when the shipped JavaScript or CSS outgrows its budget (gzip, all chunks together).
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const ASSETS = new URL('../../src/tureen/webapp/assets/', import.meta.url);
// LiveKit's client is 134 kB of it, React and what all pages share 110, home with its calls and conversations 31.
const BUDGETS_KB = { js: 300, css: 13 };

const totals = { js: 0, css: 0 };
for (const name of readdirSync(ASSETS)) {
  const kind = name.split('.').pop();
  if (!(kind in totals)) continue;
  const bytes = gzipSync(readFileSync(new URL(name, ASSETS)), { level: 9 }).length;
  totals[kind] += bytes;
  console.log(`${(bytes / 1024).toFixed(1).padStart(7)} kB  ${name}`);
}

const WORKER_BUDGET_KB = 2.5;
const worker = gzipSync(readFileSync(new URL('../service-worker.js', ASSETS)), { level: 9 }).length / 1024;
console.log(`${worker.toFixed(1).padStart(7)} kB  service-worker.js, budget ${WORKER_BUDGET_KB} kB`);

let over = worker > WORKER_BUDGET_KB;
for (const [kind, budget] of Object.entries(BUDGETS_KB)) {
  const used = totals[kind] / 1024;
  console.log(`${used.toFixed(1).padStart(7)} kB  all ${kind}, budget ${budget} kB`);
  over ||= used > budget;
}
if (over) {
  console.error('Over budget: remove what grew, or raise the budget in tools/size-budget.mjs with a reason.');
  process.exit(1);
}
