import { CommandError, Connection, storedCommands } from '@tureen/client';
import { HomeSession } from '../client/home/homeSession';
import type { Section } from '../client/home/homeState';
import type { HomeAddress } from '../client/home/opened';
import type { Account } from '../client/memory/account';
import { Drafts } from '../client/memory/drafts';
import { SeenCalls } from '../client/memory/seenCalls';
import { JoinFailure } from '../client/joinFailure';
import { nativeDoorUrl } from '../client/nativeDoor';
import { Doorbell } from '../client/notify/doorbell';
import { NotifySwitch } from '../client/notify/notifySwitch';
import { personalLink } from '../client/rooms/roomLink';
import { Store } from '../client/store';
import { conversationPath, type Router } from './router';
import type { Services } from './services';

/** Signing out waits so long for the server to hear that this browser is not to be notified any more. */
const FAREWELL_MS = 2_000;

/** All that home is made of, from its opening to its end. */
export interface OpenHome {
  readonly session: HomeSession;
  readonly notify: NotifySwitch;
  readonly section: Store<Section>;
  readonly start: (address: HomeAddress) => void;
  readonly end: () => void;
  /** A link by which another device is let in as this person; null where only the application lets people in. */
  readonly makeDeviceLink: (() => Promise<string>) | null;
  /** After the connection has ended for good. */
  readonly comeBack: () => void;
}

export function openHome(services: Services, account: Account, device: string): OpenHome {
  const { account: accounts, router, preferences } = services;
  const connection = new Connection({
    url: nativeDoorUrl(window.location),
    client: 'tureen-web',
    device,
    commandStorage: storedCommands(window.localStorage, account.user),
    getToken: tokensOf(services, account),
  });
  const notify = new NotifySwitch({ place: services.push, memory: services.notifyMemory, user: account.user, connection });
  const section = new Store<Section>('chats');
  const drafts = new Drafts(services.tabStorage, account.user);
  const leave = (): void => {
    drafts.clear();
    accounts.signOut();
    router.go('/');
  };
  let farewell: Promise<void> = Promise.resolve();
  const seenCalls = new SeenCalls(services.browserStorage, account.user);
  const session = new HomeSession(connection, { account, preferences, seenCalls, drafts }, services.api, {
    onOpened: (open) => lead(router, open),
    onSignOut: () => {
      farewell = notify.forget();
      leave();
    },
  });
  const doorbell = new Doorbell({ ...services, session, notify, me: account.user, section });
  return {
    session,
    notify,
    section,
    makeDeviceLink: account.token === null ? () => deviceLink(services, account) : null,
    start: (address) => {
      // Whom a personal link brought is not for this browser to remember.
      if (account.token === null) services.known.remember(account);
      void session.start(address);
    },
    end: () => {
      doorbell.end();
      notify.end();
      session.end();
      // Signed out in another tab: nothing of them stays in this one.
      if (accounts.get()?.user !== account.user) {
        drafts.clear();
        if (router.get().kind === 'home') router.go('/');
      }
      const inTime = new Promise((resolve) => setTimeout(resolve, FAREWELL_MS));
      void Promise.race([farewell, inTime]).then(() => connection.close());
    },
    comeBack: () => {
      const way = session.store.get().ending?.way;
      if (way === 'reload') window.location.reload();
      else if (way === 'leave') leave();
      else connection.connect();
    },
  };
}

async function deviceLink({ api }: Services, { name, user }: Account): Promise<string> {
  const { token } = await api.devToken({ room: null, name, identity: user });
  return personalLink(window.location.origin, token);
}

/** A server that has left development mode hands out no more tokens: asking again would be in vain. */
function tokensOf({ api, account: accounts }: Services, { token, name, user }: Account): () => Promise<string> {
  return async () => {
    if (token !== null) return token;
    try {
      return (await api.devToken({ room: null, name, identity: user })).token;
    } catch (error) {
      if (!(error instanceof JoinFailure) || error.kind !== 'invitation_needed') throw error;
      accounts.drop();
      throw new CommandError('gone', error.advice.title);
    }
  };
}

/** The address bar follows: deeper by a new entry, out again by the one that was there. */
function lead(router: Router, { conversation, thread }: HomeAddress): void {
  const path = conversationPath(conversation, thread);
  const shown = router.get();
  const before = shown.kind === 'home' ? shown : { conversation: null, thread: null };
  if (before.conversation === conversation && before.thread === thread) return;
  const isOut = conversation === null || (conversation === before.conversation && thread === null);
  if (isOut) router.leaveTo(path);
  else router.go(path);
}
