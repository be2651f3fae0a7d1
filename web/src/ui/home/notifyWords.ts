import type { NotifyState } from '../../client/notify/notifyState';

/** What stands under the switch. */
export function notifyWords(state: Extract<NotifyState, { kind: 'off' | 'asking' | 'on' }>): string {
  switch (state.kind) {
    case 'off':
      return 'Calls ring and messages show up on this device, even while Tureen is closed.';
    case 'asking':
      return 'Your browser asks whether Tureen may notify you.';
    case 'on':
      return state.reach === 'always'
        ? 'Calls and messages reach you on this device, even while Tureen is closed.'
        : 'Calls and messages reach you while Tureen is open behind other windows. A closed one cannot be reached: this browser has no connection to its push service.';
  }
}

/** Why there is no switch, and how to get one. */
export function noSwitchWords(state: Extract<NotifyState, { kind: 'unsupported' | 'blocked' }>): { title: string; hint: string } {
  if (state.kind === 'blocked') {
    return {
      title: 'Your browser blocks notifications',
      hint: 'Open the site settings beside the address, or those of the installed app, and allow notifications. The switch comes back by itself.',
    };
  }
  switch (state.why) {
    case 'install':
      return {
        title: 'Add Tureen to your Home Screen',
        hint: 'iPhone and iPad let only apps on the Home Screen notify you: press Share, then “Add to Home Screen”, open Tureen from there, and turn notifications on here.',
      };
    case 'insecure':
      return { title: 'Not on this connection', hint: 'Browsers allow notifications over HTTPS only.' };
    case 'browser':
      return { title: 'This browser cannot notify you', hint: 'Others can: Chrome, Edge, Firefox, or Safari from version 16.4 on.' };
  }
}
