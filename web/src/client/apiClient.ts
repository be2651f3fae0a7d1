import type { AppInfo, DevToken, DevTokenRequest } from '../protocol/appApi';
import { readAppInfoUntrusted, readDevTokenUntrusted, readErrorUntrusted } from '../protocol/appApi';
import { JoinFailure, type JoinFailureKind } from './joinFailure';
import type { ServerFacts } from './serverFacts';

const TIMEOUT_MS = 10_000;

const KIND_BY_STATUS: Record<number, JoinFailureKind> = {
  401: 'token_refused',
  403: 'token_refused',
  404: 'invitation_needed',
  409: 'room_full',
  503: 'server_unreachable',
};

/** The web app's own calls to its server. Every failure is a `JoinFailure`. */
export class ApiClient implements ServerFacts {
  readonly #fetch: typeof fetch;
  #info: Promise<AppInfo> | null = null;

  constructor(fetchImpl: typeof fetch) {
    this.#fetch = fetchImpl;
  }

  /** What the server is; asked once, asked again after a failure. */
  appInfo(): Promise<AppInfo> {
    this.#info ??= this.#call('/api/app', {}, readAppInfoUntrusted).catch((error: unknown) => {
      this.#info = null;
      throw error;
    });
    return this.#info;
  }

  /** See `ServerFacts`. */
  maxFileBytes(): Promise<number | null> {
    return this.appInfo().then((info) => info.maxFileBytes, () => null);
  }

  devToken(request: DevTokenRequest): Promise<DevToken> {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(request) };
    return this.#call('/api/dev/token', init, readDevTokenUntrusted);
  }

  async #call<T>(path: string, init: RequestInit, read: (value: unknown) => T): Promise<T> {
    let response: Response;
    try {
      response = await this.#fetch(path, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (error) {
      throw new JoinFailure('server_unreachable', undefined, error);
    }
    const body: unknown = await response.json().catch(() => null);
    if (!response.ok) throw refusal(response.status, body);
    try {
      return read(body);
    } catch (error) {
      throw new JoinFailure('unexpected', undefined, error);
    }
  }
}

function refusal(status: number, body: unknown): JoinFailure {
  const kind = KIND_BY_STATUS[status] ?? (status >= 500 ? 'server_unreachable' : 'request_refused');
  try {
    const { code, message, hint } = readErrorUntrusted(body);
    if (/full|limit/u.test(code)) return new JoinFailure('room_full', { hint });
    return kind === 'request_refused' ? new JoinFailure(kind, { title: message, hint }) : new JoinFailure(kind);
  } catch {
    return new JoinFailure(kind); // no typed body: a proxy answered, the status must do
  }
}
