import { defineConfig } from 'vite';

/**
 * The service worker: one classic script without imports, under a name that never changes, in the app's topmost folder,
 * since it governs what lies below it.
 */
export default defineConfig({
  publicDir: false,
  build: {
    outDir: '../src/tureen/webapp',
    emptyOutDir: false,
    target: ['chrome111', 'firefox114', 'safari16.4'],
    lib: { entry: 'src/worker/serviceWorker.ts', formats: ['iife'], name: 'tureen', fileName: () => 'service-worker.js' },
  },
});
