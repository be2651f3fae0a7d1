import { type Attendance, readAttendance, type Wish, type WorkerMessage } from '../protocol/workerMessages';

/** The part of `WindowClient` that is used. */
export interface AppWindow {
  readonly url: string;
  readonly visibilityState: string;
  readonly focused: boolean;
  postMessage(message: WorkerMessage, transfer?: Transferable[]): void;
  focus(): Promise<unknown>;
}

export interface AskedWindow {
  readonly window: AppWindow;
  readonly attends: boolean;
}

/** Pages that are frozen, or of a version that knows no question, give no answer. */
const PATIENCE_MS = 700;

/** Asks every page at once whether it attends. */
export function askWindows(windows: readonly AppWindow[]): Promise<AskedWindow[]> {
  return Promise.all(windows.map(async (window) => ({ window, attends: (await ask(window)).attends })));
}

function ask(window: AppWindow): Promise<Attendance> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const answer = (value: unknown): void => {
      clearTimeout(timer);
      port1.close();
      resolve(readAttendance(value));
    };
    const timer = setTimeout(() => answer(null), PATIENCE_MS);
    port1.onmessage = ({ data }) => answer(data);
    window.postMessage({ kind: 'who_attends' }, [port2]);
  });
}

/** The page to carry out a wish: one that attends, rather the one that is looked at; else one that shows home. */
export function chooseWindow(asked: readonly AskedWindow[]): AppWindow | null {
  const attending = asked.filter(({ attends }) => attends);
  const [best] = (attending.length > 0 ? attending : asked.filter(({ window }) => showsHome(window.url))).sort(
    (one, other) => Number(other.window.focused) - Number(one.window.focused),
  );
  return best?.window ?? null;
}

function showsHome(url: string): boolean {
  return /^\/(?:c\/[^/]+(?:\/[^/]+)?\/?|index\.html)?$/u.test(new URL(url).pathname);
}

export function tellWish(window: AppWindow, wish: Wish): void {
  window.postMessage({ kind: 'wish', wish });
}
