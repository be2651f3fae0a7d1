/// <reference lib="webworker" />
/** The service worker: shows what push services bring, and leads back into the app. It keeps nothing and fetches nothing. */
import { pathOf, wishOf } from '../client/notify/notification';
import { type PushNotice, PushNoticeError, readPushNoticeUntrusted } from '../protocol/pushNotice';
import { readPageMessage } from '../protocol/workerMessages';
import { type Plan, planFor } from './plan';
import { RecentKeys } from './recentKeys';
import { demandsDisplay } from './silentPushes';
import { type AskedWindow, askWindows, chooseWindow, tellWish } from './windows';

const worker = self as unknown as ServiceWorkerGlobalScope;
const FRESH = new RecentKeys();

// It has no state that an older page could rely on: the newest one is always the right one.
worker.addEventListener('install', () => void worker.skipWaiting());

worker.addEventListener('push', (event) => event.waitUntil(handlePush(event.data?.text() ?? '')));

worker.addEventListener('message', (event) => {
  const message = readPageMessage(event.data);
  if (message === null || (message.key !== null && !FRESH.isNew(message.key))) return;
  event.waitUntil(handleNotice(message.notice, false));
});

worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(handleTouch(event.notification.data, event.action));
});

worker.addEventListener('pushsubscriptionchange', (event) => {
  const change = event as ExtendableEvent & { readonly oldSubscription?: PushSubscription };
  event.waitUntil(handleSubscriptionChange(change.oldSubscription ?? null));
});

async function handlePush(text: string): Promise<void> {
  const notice = readOrNull(text);
  if (notice !== null) await handleNotice(notice, demandsDisplay(navigator.userAgent));
}

async function handleNotice(notice: PushNotice, mustShow: boolean): Promise<void> {
  const asked = await askPages();
  const isSeen = asked.some(({ window, attends }) => attends && window.visibilityState === 'visible');
  const isAttended = asked.some(({ attends }) => attends);
  const plan = planFor(notice, { nowMs: Date.now(), isSeen: isSeen && !mustShow, isAttended });
  await carryOut(plan);
  if (mustShow && plan.kind !== 'show') await showForAMoment(notice);
}

async function carryOut(plan: Plan): Promise<void> {
  if (plan.kind === 'show') await worker.registration.showNotification(plan.title, plan.look);
  if (plan.kind === 'take_away') await takeAway(plan.tag);
}

async function takeAway(tag: string): Promise<void> {
  for (const shown of await worker.registration.getNotifications({ tag })) shown.close();
}

async function showForAMoment({ kind, title, body, about }: PushNotice): Promise<void> {
  const said = kind === 'message' ? body : 'The call is over';
  await worker.registration.showNotification(title, { tag: about, body: said, silent: true });
  await takeAway(about);
}

async function handleTouch(data: unknown, action: string): Promise<void> {
  const wish = wishOf(data, action);
  if (wish === null) return;
  const found = chooseWindow(await askPages());
  const isQuiet = wish.kind === 'call' && wish.deed === 'decline';
  // A page behind others can decline as it is; everything else is for eyes. Browsers may refuse to bring it to the front.
  if (found !== null && !isQuiet) await found.focus().catch(() => undefined);
  const window = found ?? (await worker.clients.openWindow(pathOf(wish)));
  if (window !== null) tellWish(window, wish);
}

/** The server hears of the new one from a page: only pages are signed in. */
async function handleSubscriptionChange(old: PushSubscription | null): Promise<void> {
  const options = old?.options;
  if (options?.applicationServerKey != null) {
    const { userVisibleOnly, applicationServerKey } = options;
    await worker.registration.pushManager.subscribe({ userVisibleOnly, applicationServerKey }).catch(() => undefined);
  }
  for (const window of await pages()) window.postMessage({ kind: 'subscription_changed' });
}

async function askPages(): Promise<AskedWindow[]> {
  return askWindows(await pages());
}

function pages(): Promise<readonly WindowClient[]> {
  return worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
}

function readOrNull(text: string): PushNotice | null {
  try {
    return readPushNoticeUntrusted(text);
  } catch (error) {
    if (error instanceof PushNoticeError) return null;
    throw error;
  }
}
