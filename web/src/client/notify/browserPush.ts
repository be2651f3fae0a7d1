import type { PushNotice } from '../../protocol/pushNotice';
import type { PageMessage } from '../../protocol/workerMessages';
import type { Support } from './notifyState';

/** Where the browser is reached while the app is closed, as the server wants it. */
export interface PushAddress {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
}

/** What the browser has for notifying; tests have another one. */
export interface PushPlace {
  support(): Support;
  permission(): NotificationPermission;
  /** Has to be called from within a click. */
  ask(): Promise<NotificationPermission>;
  /** The address for this key of the server; rejects where the push service is not to be had. */
  subscribe(serverKey: string): Promise<PushAddress>;
  /** Pushes end here, whatever the server knows. */
  unsubscribe(): Promise<void>;
}

/** Notifications of this app; the service worker shows them all. */
export interface Notices {
  /** To be shown unless somebody looks at a page of home. `key`: see `PageMessage`. */
  tell(notice: PushNotice, key: string | null): Promise<void>;
  takeAway(tag: string): Promise<void>;
}

const WORKER = '/service-worker.js';

export class BrowserPush implements PushPlace, Notices {
  readonly #window: Window & typeof globalThis;

  constructor(win: Window & typeof globalThis) {
    this.#window = win;
  }

  support(): Support {
    const { isSecureContext, navigator } = this.#window;
    if (!isSecureContext) return 'insecure';
    if ('serviceWorker' in navigator && 'PushManager' in this.#window && 'Notification' in this.#window) return 'full';
    return isAppleTouch(navigator) && !isInstalled(this.#window) ? 'install' : 'browser';
  }

  permission(): NotificationPermission {
    return this.#window.Notification.permission;
  }

  ask(): Promise<NotificationPermission> {
    return this.#window.Notification.requestPermission();
  }

  async subscribe(serverKey: string): Promise<PushAddress> {
    const { pushManager } = await this.#worker();
    if (serverKey === '') throw new DOMException('The server sends no pushes.', 'NotSupportedError');
    const applicationServerKey = bytesOf(serverKey);
    const known = await pushManager.getSubscription();
    // A subscription belongs to the key that it was made with.
    if (known !== null && !isSame(known.options.applicationServerKey, applicationServerKey)) await known.unsubscribe();
    return addressOf(await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey }));
  }

  async unsubscribe(): Promise<void> {
    await (await (await this.#installed())?.pushManager.getSubscription())?.unsubscribe();
  }

  async tell(notice: PushNotice, key: string | null): Promise<void> {
    (await this.#installed())?.active?.postMessage({ kind: 'notice', notice, key } satisfies PageMessage);
  }

  async takeAway(tag: string): Promise<void> {
    for (const shown of (await (await this.#installed())?.getNotifications({ tag })) ?? []) shown.close();
  }

  /** The service worker, at work; it is installed the first time. */
  async #worker(): Promise<ServiceWorkerRegistration> {
    const { serviceWorker } = this.#window.navigator;
    await serviceWorker.register(WORKER, { scope: '/' });
    return serviceWorker.ready;
  }

  async #installed(): Promise<ServiceWorkerRegistration | undefined> {
    return this.support() === 'full' ? this.#window.navigator.serviceWorker.getRegistration('/') : undefined;
  }
}

function addressOf(subscription: PushSubscription): PushAddress {
  const { endpoint, keys } = subscription.toJSON();
  if (endpoint === undefined || keys?.p256dh === undefined || keys.auth === undefined) {
    throw new DOMException('The subscription has no keys.', 'NotSupportedError');
  }
  return { endpoint, p256dh: keys.p256dh, auth: keys.auth };
}

/** iPads call themselves Macs, which have no touch screens. */
function isAppleTouch({ userAgent, maxTouchPoints }: Navigator): boolean {
  return /iPhone|iPad|iPod/u.test(userAgent) || (userAgent.includes('Macintosh') && maxTouchPoints > 1);
}

function isInstalled(win: Window): boolean {
  return win.matchMedia('(display-mode: standalone)').matches;
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
}

function isSame(one: ArrayBuffer | null, other: Uint8Array): boolean {
  if (one?.byteLength !== other.length) return false;
  return new Uint8Array(one).every((byte, index) => byte === other[index]);
}
