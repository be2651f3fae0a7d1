import { describe, expect, it } from 'vitest';
import { type LinkReport, report, type ReportContext } from './linkReport';
import { type Stat, takeSample } from './linkSample';
import { bitrate, explain, judge, milliseconds, percent } from './linkWords';

const CONTEXT: ReportContext = {
  quality: 'good',
  nameOf: (track) => (track === 'own' ? { person: null, source: 'camera' } : { person: 'Bo', source: 'microphone' }),
};

/** What a browser says `seconds` after the start: 50 packets and 10,000 bytes a second each way. */
function stats(seconds: number, lost: { up: number; down: number } = { up: 0, down: 0 }): readonly Stat[] {
  const [packets, bytes] = [50 * seconds, 10_000 * seconds];
  return [
    { id: 'T', type: 'transport', selectedCandidatePairId: 'P', srtpCipher: 'AEAD_AES_128_GCM' },
    { id: 'P', type: 'candidate-pair', currentRoundTripTime: 0.02, localCandidateId: 'L' },
    { id: 'L', type: 'local-candidate', protocol: 'udp' },
    { id: 'C', type: 'codec', mimeType: 'video/VP8' },
    { id: 'S', type: 'media-source', trackIdentifier: 'own' },
    {
      id: 'O', type: 'outbound-rtp', kind: 'video', mediaSourceId: 'S', remoteId: 'R', codecId: 'C', bytesSent: bytes, packetsSent: packets,
      frameWidth: 640, frameHeight: 360, framesPerSecond: 15, qualityLimitationReason: 'bandwidth',
    },
    { id: 'R', type: 'remote-inbound-rtp', packetsLost: lost.up, jitter: 0.004 },
    { id: 'I', type: 'inbound-rtp', kind: 'audio', trackIdentifier: 'bo', bytesReceived: bytes, packetsReceived: packets - lost.down, packetsLost: lost.down, jitter: 0.011 },
    { id: 'X', type: 'inbound-rtp', kind: 'video', trackIdentifier: 'still', bytesReceived: 500, packetsReceived: 1 },
  ];
}

function measured(lost = { up: 0, down: 0 }): LinkReport {
  const samples = [takeSample(stats(10), 10_000), takeSample(stats(11), 11_000), takeSample(stats(14, lost), 14_000)];
  return report(samples, CONTEXT);
}

describe('report', () => {
  it('tells rates from two looks, and losses from all of them', () => {
    const { up, down, roundTripMs, protocol, cipher, limitedBy } = measured({ up: 8, down: 2 });
    expect(up).toEqual({ bitsPerSecond: 80_000, lostShare: 0.04, jitterMs: 4 });
    expect(down).toMatchObject({ bitsPerSecond: 80_000, jitterMs: 11 });
    expect(down.lostShare).toBeCloseTo(2 / 201, 3);
    expect({ roundTripMs, protocol, cipher, limitedBy }).toEqual({
      roundTripMs: 20, protocol: 'udp', cipher: 'AEAD_AES_128_GCM', limitedBy: 'bandwidth',
    });
  });

  it('lists what flows, with its name', () => {
    expect(measured().streams).toMatchObject([
      { id: 'O', direction: 'up', codec: 'VP8', size: '640 × 360', framesPerSecond: 15, name: { person: null } },
      { id: 'I', direction: 'down', codec: null, size: null, name: { person: 'Bo' } },
    ]);
  });

  it('says nothing it cannot know after a single look', () => {
    expect(report([takeSample([], 0)], CONTEXT)).toMatchObject({
      roundTripMs: null, up: { bitsPerSecond: 0, lostShare: null }, protocol: null, cipher: null, streams: [],
    });
  });

  it('survives entries without any member', () => {
    const bare = ['inbound-rtp', 'outbound-rtp', 'transport', 'candidate-pair', 'codec'].map((type) => ({ type }));
    expect(report([takeSample(bare, 0), takeSample(bare, 1_000)], CONTEXT).streams).toEqual([]);
  });
});

describe('the words', () => {
  const good = measured();

  it.each([
    ['good', {}, ['Nothing disturbs it right now.']],
    ['fair', { up: { ...good.up, lostShare: 0.04 } }, ['Your upload loses 4 % of its packets: the others may see and hear you broken.']],
    ['poor', { down: { ...good.down, lostShare: 0.2 } }, ['Your download loses 20 % of its packets: pictures may freeze.']],
    ['poor', { roundTripMs: 450 }, ['Answers come late: the way to the server and back takes 450 ms.']],
    ['fair', { down: { ...good.down, jitterMs: 60 } }, ['Packets arrive unevenly, as in a busy Wi-Fi.']],
    ['poor', { quality: 'poor' }, ['The server has trouble reaching you. A cable, or a place nearer to the Wi-Fi, may help.']],
    ['broken', { quality: 'lost' }, ['The server has trouble reaching you. A cable, or a place nearer to the Wi-Fi, may help.']],
    ['good', { limitedBy: 'cpu' }, ['Your picture is sent smaller, as your computer is busy. Closing other programs helps.']],
  ] as const)('a %s connection: %j', (verdict, part, words) => {
    const told: LinkReport = { ...good, limitedBy: null, ...part };
    expect(judge(told)).toBe(verdict);
    expect(explain(told)).toEqual(words);
  });

  it('wait until there is something to judge', () => {
    expect(judge(report([takeSample([], 0)], CONTEXT))).toBe('measuring');
  });

  it('write numbers as people read them', () => {
    expect([0, 0.004, 0.04, 0.123, null].map(percent)).toEqual(['0 %', '0.4 %', '4 %', '12 %', '–']);
    expect([0.4, 23.4, null].map(milliseconds)).toEqual(['0.4 ms', '23 ms', '–']);
    expect([0, 31_600, 999_499, 999_500, 2_340_000].map(bitrate)).toEqual(['0 kbit/s', '32 kbit/s', '999 kbit/s', '1.0 Mbit/s', '2.3 Mbit/s']);
  });
});
