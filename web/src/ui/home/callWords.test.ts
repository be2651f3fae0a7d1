import { describe, expect, it } from 'vitest';
import type { RingingCall, RunningCall } from '../../client/home/callViews';
import type { PersonView } from '../../client/home/homeState';
import { insideWords, joinLabel, joinWords, ringingWords } from './words';

const person = (name: string): PersonView => ({ id: name, name }) as PersonView;
const people = (...names: string[]): PersonView[] => names.map(person);

function ringing(part: Partial<RingingCall>): string {
  return ringingWords({ id: 'k', caller: person('Bo'), others: [], group: null, media: 'audio', leaves: null, ...part });
}

function inside(part: Partial<RunningCall>): string {
  return insideWords({ id: 'k', conversation: null, title: '', inside: [], media: 'audio', isOnOtherDevice: false, leaves: null, ...part });
}

describe('who calls whom', () => {
  it('is the group by its name, whoever is in it', () => {
    expect(ringing({ group: 'Kitchen', others: people('Ada', 'Cleo') })).toBe('calls Kitchen');
    expect(ringing({ group: 'Kitchen', media: 'video' })).toBe('calls Kitchen with video');
  });

  it('is oneself, with the others as far as there is room', () => {
    expect(ringing({})).toBe('calls you');
    expect(ringing({ media: 'video', others: people('Ada') })).toBe('calls you with video, with Ada');
    expect(ringing({ others: people('Ada', 'Cleo', 'Dora', 'Emil', 'Finn') })).toBe('calls you, with Ada, Cleo, Dora, 2 more');
  });
});

describe('coming into a call that goes on', () => {
  const call: RunningCall = { id: 'k', conversation: 'g', title: 'Kitchen', inside: [], media: 'audio', isOnOtherDevice: false, leaves: null };

  it('says what pressing the button does', () => {
    expect(joinWords(call)).toBe('Join');
    expect(joinWords({ ...call, isOnOtherDevice: true })).toBe('Continue here');
    expect(joinWords({ ...call, leaves: 'Ada' })).toBe('Leave the other call and join');
    expect([joinLabel(call), joinLabel({ ...call, leaves: 'Ada' })]).toEqual([
      { shown: 'Join', heard: 'Join the call with Kitchen' },
      { shown: 'Switch', heard: 'Switch to the call with Kitchen, leaving the one with Ada' },
    ]);
  });
});

describe('who is in a call that goes on', () => {
  it('is named, and counted where they are many', () => {
    expect(inside({ inside: people('Ada', 'Cleo') })).toBe('Ada, Cleo');
    expect(inside({ inside: people('Ada', 'Cleo', 'Dora', 'Emil') })).toBe('Ada, Cleo, Dora and 1 more');
  });

  it('is oneself on another device', () => {
    expect(inside({ inside: people('Ada'), isOnOtherDevice: true })).toBe('You are in it on another device');
  });
});
