import { tabDevice } from '@tureen/client';
import { createContext, useContext } from 'react';
import { ApiClient } from '../client/apiClient';
import { AccountStore } from '../client/memory/account';
import { KnownPeople } from '../client/memory/knownPeople';
import { PreferenceStore, type TextStorage } from '../client/memory/preferences';
import { SeatClaims } from '../client/memory/seatClaims';
import { SeatMemory } from '../client/memory/seat';
import { BrowserPush } from '../client/notify/browserPush';
import { NotifyMemory } from '../client/notify/notifyMemory';
import { WorkerLink } from '../client/notify/workerLink';
import { Router } from './router';

/** What the pages share; made once, at the start. */
export interface Services {
  readonly api: ApiClient;
  readonly account: AccountStore;
  /** Whom the development login may sign in again. */
  readonly known: KnownPeople;
  readonly preferences: PreferenceStore;
  readonly seats: SeatMemory;
  readonly claims: SeatClaims;
  readonly router: Router;
  /** Null where storage is forbidden. */
  readonly browserStorage: TextStorage | null;
  readonly tabStorage: TextStorage | null;
  /** This tab as a device: two tabs do not drive each other out. Asked for when home opens, the same from then on. */
  readonly device: () => Promise<string>;
  readonly push: BrowserPush;
  readonly notifyMemory: NotifyMemory;
  readonly workerLink: WorkerLink;
}

export function createServices(win: Window & typeof globalThis): Services {
  let device: Promise<string> | null = null;
  const account = new AccountStore(storage(() => win.localStorage), storage(() => win.sessionStorage));
  account.followOtherTabs(win);
  return {
    api: new ApiClient(win.fetch.bind(win)),
    account,
    known: new KnownPeople(storage(() => win.localStorage)),
    preferences: new PreferenceStore(storage(() => win.localStorage)),
    seats: new SeatMemory(storage(() => win.sessionStorage)),
    claims: new SeatClaims(win.navigator.locks),
    router: new Router(win),
    browserStorage: storage(() => win.localStorage),
    tabStorage: storage(() => win.sessionStorage),
    device: () => (device ??= tabDevice(storage(() => win.sessionStorage), win.navigator.locks)),
    push: new BrowserPush(win),
    notifyMemory: new NotifyMemory(storage(() => win.localStorage)),
    workerLink: new WorkerLink((win.navigator as Partial<Navigator>).serviceWorker),
  };
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === null) throw new Error('The page is drawn outside its services: wrap it in ServicesContext.');
  return services;
}

/** Reading `window.localStorage` itself throws where storage is forbidden. */
function storage(open: () => Storage): TextStorage | null {
  try {
    return open();
  } catch {
    return null;
  }
}
