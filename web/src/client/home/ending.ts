import type { ConnectionState } from '@tureen/client';

/** Why home's connection is over for good, for the person, and what they can do. */
export interface Ending {
  readonly title: string;
  readonly hint: string;
  /** `return`: connect again, with a fresh token where the server gives them. `leave`: to where one signs in. */
  readonly way: 'return' | 'leave' | 'reload';
  readonly button: string;
}

/** Null while the connection may still come back by itself. `canRenew`: this page gets new tokens without being asked. */
export function endingOf(state: ConnectionState, canRenew: boolean): Ending | null {
  if (state.kind !== 'closed') return null;
  switch (state.reason) {
    case 'left':
      return null;
    case 'replaced':
      return {
        title: 'Tureen is in use elsewhere',
        hint: 'This page was opened a second time, and the other one took over. Nothing arrives here now.',
        way: 'return',
        button: 'Use here',
      };
    case 'revoked':
      return { ...again(canRenew), title: 'You were signed out', hint: `Your access was withdrawn. ${howAgain(canRenew)}` };
    case 'token_expired':
      return { ...again(canRenew), title: 'Your sign-in has expired', hint: howAgain(canRenew) };
    case 'unauthenticated':
    case 'forbidden':
      return { ...again(canRenew), title: 'You are not let in', hint: `${state.message} ${howAgain(canRenew)}` };
    case 'gone':
      return {
        title: 'This server signs nobody in by name',
        hint: 'It did so before, for trying things out. Open Tureen from the place that gives you your personal link.',
        way: 'leave',
        button: 'To the start page',
      };
    case 'protocol':
    case 'unsupported_version':
      return {
        title: 'This page is out of date',
        hint: 'The server was updated. Reload to go on where you were.',
        way: 'reload',
        button: 'Reload',
      };
    default:
      return { title: 'The connection has ended', hint: state.message, way: 'return', button: 'Connect again' };
  }
}

function again(canRenew: boolean): Pick<Ending, 'way' | 'button'> {
  return canRenew ? { way: 'return', button: 'Sign in again' } : { way: 'leave', button: 'To the start page' };
}

/** A personal link's token cannot be renewed from here: only its application hands out another one. */
function howAgain(canRenew: boolean): string {
  return canRenew
    ? 'Sign in again to go on where you were.'
    : 'Open Tureen again from the place that gave you your personal link.';
}
