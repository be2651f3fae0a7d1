import { describe, expect, it } from 'vitest';
import { look, type StatEntry } from './quality';

const NOTHING = { packets: 0, lost: 0 };

function inbound(packetsReceived: number, packetsLost: number): StatEntry {
  return { type: 'inbound-rtp', packetsReceived, packetsLost };
}

describe('a look at a direct path', () => {
  it('counts what was lost of all streams that arrive, since the look before', () => {
    const { arriving } = look([inbound(180, 20), inbound(900, 100)], { packets: 540, lost: 60 });
    expect(arriving).toBe(0.1);
  });

  it('says nothing about loss where hardly anything should have come', () => {
    expect(look([inbound(3, 1)], NOTHING).arriving).toBeNull();
    expect(look([], { packets: 500, lost: 90 }).arriving).toBeNull();
  });

  it('takes packets that came late after all for no loss', () => {
    expect(look([inbound(200, 5)], { packets: 100, lost: 9 }).arriving).toBe(0);
  });

  it('believes the other side about what is sent while its report is fresh', () => {
    const report = { type: 'remote-inbound-rtp', fractionLost: 0.3, timestamp: 20_000 };
    const now = (timestamp: number) => ({ type: 'transport', timestamp });
    expect(look([report, now(25_000)], NOTHING).sent).toBe(0.3);
    expect(look([report, now(29_000)], NOTHING).sent).toBe(0);
  });

  it('reads the round trip of the pair that is used, though checks on it are under way', () => {
    const stats = [
      { type: 'candidate-pair', id: 'quick', nominated: true, state: 'succeeded', currentRoundTripTime: 0.003 },
      { type: 'candidate-pair', id: 'used', nominated: true, state: 'in-progress', currentRoundTripTime: 1.2 },
      { type: 'transport', selectedCandidatePairId: 'used' },
    ];
    expect(look(stats, NOTHING).roundTripMs).toBe(1200);
  });

  it('reads it where the pair itself says that it is used, and of a nominated one where nobody says so', () => {
    const other = { type: 'candidate-pair', id: 'other', nominated: true, state: 'succeeded', currentRoundTripTime: 0.003 };
    const used = { type: 'candidate-pair', id: 'used', selected: true, state: 'succeeded', currentRoundTripTime: 0.5 };
    expect(look([other, used], NOTHING).roundTripMs).toBe(500);
    expect(look([other], NOTHING).roundTripMs).toBe(3);
    expect(look([], NOTHING).roundTripMs).toBeNull();
  });
});
