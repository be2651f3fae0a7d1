import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PushNoticeError, readPushNoticeUntrusted } from './pushNotice';

const CALL = { kind: 'call', title: 'Ben', body: 'Calls you', about: 'CA_1', expires_at: 1_790_000_045_000, urgent: true };

describe('a push', () => {
  it('is a notice', () => {
    expect(readPushNoticeUntrusted(JSON.stringify(CALL))).toEqual({
      kind: 'call', title: 'Ben', body: 'Calls you', about: 'CA_1', expires_at: 1_790_000_045_000,
    });
  });

  it('may say more than this version knows', () => {
    expect(readPushNoticeUntrusted(JSON.stringify({ ...CALL, colour: 'red' })).title).toBe('Ben');
  });

  it.each([
    ['no JSON', 'Ben calls'],
    ['nothing', ''],
    ['no object', '[]'],
    ['null', 'null'],
    ['another kind', JSON.stringify({ ...CALL, kind: 'wave' })],
    ['no title', JSON.stringify({ ...CALL, title: '' })],
    ['a title of another type', JSON.stringify({ ...CALL, title: { toString: 'Ben' } })],
    ['a long title', JSON.stringify({ ...CALL, title: 'B'.repeat(401) })],
    ['a long body', JSON.stringify({ ...CALL, body: 'B'.repeat(1001) })],
    ['no body', JSON.stringify({ ...CALL, body: null })],
    ['a subject that is a path', JSON.stringify({ ...CALL, about: '../r/soup' })],
    ['no subject', JSON.stringify({ ...CALL, about: '' })],
    ['an end that is no time', JSON.stringify({ ...CALL, expires_at: '2026' })],
    ['too much', JSON.stringify({ ...CALL, more: 'x'.repeat(9_000) })],
  ])('is refused: %s', (_what, text) => {
    expect(() => readPushNoticeUntrusted(text)).toThrow(PushNoticeError);
  });

  it('never raises anything else', () => {
    const texts = fc.oneof(fc.string(), fc.json(), fc.record(Object.fromEntries(
      Object.keys(CALL).map((field) => [field, fc.oneof(fc.jsonValue(), fc.constant(CALL[field as keyof typeof CALL]))]),
    )).map((value) => JSON.stringify(value)));
    fc.assert(fc.property(texts, (text) => {
      try {
        readPushNoticeUntrusted(text);
      } catch (error) {
        expect(error).toBeInstanceOf(PushNoticeError);
      }
    }));
  });
});
