import js from '@eslint/js';
import { createNodeResolver, flatConfigs as importX } from 'eslint-plugin-import-x';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const budgets = {
  'max-lines': ['error', { max: 250 }],
  'max-lines-per-function': ['error', { max: 60 }],
  complexity: ['error', 12],
};

/** Imports point downwards only: app -> ui -> client -> protocol, and worker -> client. */
const layers = [
  { target: './src/protocol', from: ['./src/client', './src/ui', './src/app', './src/worker'] },
  { target: './src/client', from: ['./src/ui', './src/app', './src/worker'] },
  { target: './src/ui', from: ['./src/app', './src/worker'] },
  { target: './src/app', from: './src/worker' },
  { target: './src/worker', from: ['./src/ui', './src/app'] },
  { target: './src', from: './fixtures' },
  { target: './sdk', from: ['./src', './fixtures'] },
  // Within the client of the native door: parts -> connection -> protocol; only `livekit` knows LiveKit.
  { target: './sdk/src/stores', from: './sdk/src', except: ['./stores'] },
  { target: './sdk/src/connection', from: './sdk/src', except: ['./connection', './stores', './protocol.ts'] },
  ...['conversations', 'people', 'calls', 'uploads'].map((part) => ({
    target: `./sdk/src/${part}`,
    from: './sdk/src',
    except: [`./${part}`, './connection', './stores', './protocol.ts'],
  })),
];

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'sdk/dist'] },
  js.configs.recommended,
  {
    files: ['tools/*.mjs'],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly' } },
  },
  {
    files: ['src/**/*.{ts,tsx}', 'fixtures/**/*.{ts,tsx}', 'sdk/{src,test}/**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked, importX.typescript],
    plugins: { 'import-x': importX.recommended.plugins['import-x'], 'react-hooks': reactHooks },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: {
      'import-x/resolver-next': [
        createNodeResolver({
          extensions: ['.ts', '.tsx', '.js'],
          tsconfig: { configFile: `${import.meta.dirname}/tsconfig.json` },
        }),
      ],
    },
    rules: {
      ...reactHooks.configs.recommended.rules,
      ...budgets,
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones: layers }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // A click handler that returns nothing reads better as a short arrow.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['src/ui/**/*.{ts,tsx}', 'src/app/**/*.{ts,tsx}'],
    rules: {
      'no-restricted-imports': ['error', { paths: [{ name: 'livekit-client', message: 'Media belongs to client/.' }] }],
    },
  },
  {
    files: ['sdk/src/**/*.ts'],
    ignores: ['sdk/src/livekit/**'],
    rules: {
      'no-restricted-imports': ['error', { paths: [{ name: 'livekit-client', message: 'Only sdk/src/livekit knows it.' }] }],
    },
  },
  // As many lines as the contract has messages.
  { files: ['sdk/src/protocol.ts'], rules: { 'max-lines': 'off' } },
  {
    files: ['src/**/*.test.ts', 'sdk/**/*.test.ts', 'sdk/test/**/*.ts'],
    rules: { 'max-lines': 'off', 'max-lines-per-function': 'off' },
  },
);
