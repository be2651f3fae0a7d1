export { type ReadableStore, Store } from '@tureen/client';
