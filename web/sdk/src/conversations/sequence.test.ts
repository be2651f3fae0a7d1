import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConversationEvent } from '../protocol';
import { Sequence } from './sequence';

function event(seq: number, epoch = 'e'): ConversationEvent {
  return {
    type: 'conversation.event', conversation: 'c', epoch, seq, sender: 'ben', at: seq,
    event: { kind: 'left', users: ['ben'] },
  };
}

describe('order', () => {
  it('gives out each event once and in order, whatever is lost, doubled or late', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 200 }), (arrivals) => {
        const sequence = new Sequence('e', 0);
        const out = arrivals.flatMap((seq) => sequence.offer(event(seq)).map((one) => one.seq));
        expect(out).toEqual(Array.from({ length: out.length }, (_, index) => index + 1));
        expect(sequence.seq).toBe(out.length);
        // As far as possible: the next one never came.
        expect(arrivals).not.toContain(out.length + 1);
        expect(sequence.isGapped).toBe(arrivals.some((seq) => seq > out.length));
      }),
    );
  });

  it('goes on from another epoch with what came early', () => {
    const sequence = new Sequence('old', 5);
    expect(sequence.offer(event(3, 'new'))).toEqual([]);
    expect(sequence.isVoid).toBe(true);
    expect(sequence.restart('new', 2).map(({ seq }) => seq)).toEqual([3]);
    expect(sequence.isVoid).toBe(false);
  });

  it('holds no more than a bound, and forgets the farthest first', () => {
    const sequence = new Sequence('e', 0);
    for (let seq = 2; seq <= 700; seq += 1) sequence.offer(event(seq));
    expect(sequence.offer(event(1))).toHaveLength(500);
  });
});
