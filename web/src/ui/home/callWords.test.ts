import { describe, expect, it } from 'vitest';
import type { RingingCall, RunningCall } from '../../client/home/callViews';
import type { PersonView } from '../../client/home/homeState';
import { insideWords, ringingWords } from './words';

const person = (name: string): PersonView => ({ id: name, name }) as PersonView;
const people = (...names: string[]): PersonView[] => names.map(person);

function ringing(part: Partial<RingingCall>): string {
  return ringingWords({ id: 'k', caller: person('Bo'), others: [], group: null, media: 'audio', leaves: null, ...part });
}

function inside(part: Partial<RunningCall>): string {
  return insideWords({ id: 'k', conversation: null, title: '', inside: [], media: 'audio', isOnOtherDevice: false, ...part });
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

describe('who is in a call that goes on', () => {
  it('is named, and counted where they are many', () => {
    expect(inside({ inside: people('Ada', 'Cleo') })).toBe('Ada, Cleo');
    expect(inside({ inside: people('Ada', 'Cleo', 'Dora', 'Emil') })).toBe('Ada, Cleo, Dora and 1 more');
  });

  it('is oneself on another device', () => {
    expect(inside({ inside: people('Ada'), isOnOtherDevice: true })).toBe('You are in it on another device');
  });
});
