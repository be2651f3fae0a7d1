import { describe, expect, it } from 'vitest';
import { classifyMediaError, mediaFailure, summarizeFailures } from '../mediaFailure';
import { groupDevices } from './devices';
import { meterScale } from './soundLevel';

describe('groupDevices', () => {
  it('names devices that the browser does not name, and skips those that cannot be chosen yet', () => {
    const found = [
      { kind: 'audioinput', deviceId: '', label: '' },
      { kind: 'audioinput', deviceId: 'm1', label: '' },
      { kind: 'videoinput', deviceId: 'c1', label: 'Front camera' },
      { kind: 'audiooutput', deviceId: 's1', label: 'Speakers' },
    ] as const;
    expect(groupDevices(found)).toEqual({
      microphones: [{ id: 'm1', label: 'Microphone 1' }],
      cameras: [{ id: 'c1', label: 'Front camera' }],
      speakers: [{ id: 's1', label: 'Speakers' }],
    });
  });
});

describe('meterScale', () => {
  it('is 0 in silence, 1 when loud, and rises between', () => {
    const tone = (amplitude: number): number => meterScale(new Float32Array(512).fill(amplitude));
    expect(tone(0)).toBe(0);
    expect(tone(1)).toBe(1);
    expect(tone(0.02)).toBeGreaterThan(tone(0.01));
    expect(meterScale(new Float32Array(0))).toBe(0);
  });
});

describe('classifyMediaError', () => {
  it.each([
    ['NotAllowedError', 'denied'],
    ['NotFoundError', 'not_found'],
    ['NotReadableError', 'in_use'],
    ['Whatever', 'unknown'],
  ])('%s means %s', (name, kind) => {
    expect(classifyMediaError('camera', Object.assign(new Error('x'), { name })).kind).toBe(kind);
  });
});

describe('summarizeFailures', () => {
  const microphone = mediaFailure('microphone', 'denied');

  it('says once what is wrong with both devices', () => {
    const [said, ...more] = summarizeFailures([microphone, mediaFailure('camera', 'denied')]);
    expect(said?.title).toBe('No permission for your camera or microphone');
    expect(more).toEqual([]);
  });

  it('keeps different failures apart', () => {
    const failures = [microphone, mediaFailure('camera', 'in_use')];
    expect(summarizeFailures(failures)).toEqual(failures);
    expect(summarizeFailures([microphone])).toEqual([microphone]);
    expect(summarizeFailures([])).toEqual([]);
  });
});
