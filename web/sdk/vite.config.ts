import { defineConfig } from 'vite';

/** The package's JavaScript: one module for each entry, with LiveKit's client left to who installs it. */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: 'dist',
    target: 'es2022',
    minify: false,
    lib: {
      entry: { index: 'src/index.ts', livekit: 'src/livekit/index.ts' },
      formats: ['es'],
    },
    rolldownOptions: { external: ['livekit-client', '@tureen/client'] },
  },
});
