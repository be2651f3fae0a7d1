// Fails when what a program bundles of the client of the native door outgrows its budget (minified, gzip): whoever
// imports one part must not pay for the others.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const ROOT = new URL('..', import.meta.url).pathname;
const BUDGETS_KB = {
  'Connection': 6,
  'Connection, Chats': 12,
  'Connection, Calls': 12,
  'Connection, Chats, Calls, Contacts, Directory, OwnPresence, PresenceWatch, upload, storedCommands': 20,
};

async function bundledKb(names) {
  const folder = mkdtempSync(join(ROOT, 'node_modules/.client-size-'));
  try {
    const entry = join(folder, 'entry.js');
    writeFileSync(entry, `import { ${names} } from '@tureen/client'; globalThis.used = [${names}];`);
    await build({
      configFile: false,
      root: ROOT,
      logLevel: 'error',
      resolve: { alias: { '@tureen/client': join(ROOT, 'sdk/src/index.ts') } },
      build: { outDir: folder, emptyOutDir: false, target: 'es2022', lib: { entry, formats: ['es'], fileName: 'out' }, minify: 'oxc' },
    });
    return gzipSync(readFileSync(join(folder, 'out.js')), { level: 9 }).length / 1024;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

let over = false;
for (const [names, budget] of Object.entries(BUDGETS_KB)) {
  const used = await bundledKb(names);
  console.log(`${used.toFixed(1).padStart(7)} kB  ${names}, budget ${budget} kB`);
  over ||= used > budget;
}
if (over) {
  console.error('Over budget: remove what grew, or raise the budget in tools/client-size.mjs with a reason.');
  process.exit(1);
}
