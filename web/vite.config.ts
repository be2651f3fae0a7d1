import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const SERVER = 'http://127.0.0.1:7880';

export default defineConfig({
  plugins: [react()],
  // The client of the native door is compiled in from its sources, as tsconfig.json names them.
  resolve: { tsconfigPaths: true },
  build: {
    outDir: '../src/tureen/webapp',
    emptyOutDir: true,
    // Nothing may be inlined as data: or as a script: the pages are served with a strict content security policy.
    assetsInlineLimit: 0,
    // tools/size-budget.mjs is the judge of size.
    chunkSizeWarningLimit: 700,
    modulePreload: { polyfill: false },
    target: ['chrome111', 'firefox114', 'safari16.4'],
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': { target: SERVER },
      '/rtc': { target: SERVER, ws: true },
    },
  },
  // Properties take their time where several programs share the processors.
  test: {
    environment: 'node',
    testTimeout: 30_000,
    include: ['src/**/*.test.ts', 'sdk/**/*.test.ts'],
    setupFiles: ['./propertySeed.ts'],
  },
});
