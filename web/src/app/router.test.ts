import { describe, expect, it } from 'vitest';
import { readRoute } from './router';

describe('readRoute', () => {
  it.each([
    ['/', { kind: 'landing' }],
    ['//', { kind: 'landing' }],
    ['/r/soup', { kind: 'room', room: 'soup' }],
    ['/r/caf%C3%A9', { kind: 'room', room: 'café' }],
    ['/r/', { kind: 'unknown' }],
    ['/c/CV_1', { kind: 'home', conversation: 'CV_1', thread: null }],
    ['/c/CV_1/MS_2', { kind: 'home', conversation: 'CV_1', thread: 'MS_2' }],
    ['/c/CV_1/MS_2/more', { kind: 'unknown' }],
    ['/elsewhere', { kind: 'unknown' }],
  ])('%s', (path, route) => expect(readRoute(path)).toEqual(route));
});
