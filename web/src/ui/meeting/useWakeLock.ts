import { useEffect } from 'react';

/** Keeps a phone's screen on during the meeting. The browser drops the lock when the page is hidden: ask again then. */
export function useWakeLock(): void {
  useEffect(() => {
    const locks = navigator.wakeLock as WakeLock | undefined;
    let lock: WakeLockSentinel | null = null;
    let over = false;
    const request = (): void => {
      if (locks === undefined || document.visibilityState !== 'visible') return;
      locks.request('screen').then(
        (granted) => {
          lock = granted;
          if (over) void granted.release();
        },
        () => undefined, // low battery or policy: the screen may sleep, the meeting goes on
      );
    };
    request();
    document.addEventListener('visibilitychange', request);
    return () => {
      over = true;
      document.removeEventListener('visibilitychange', request);
      void lock?.release();
    };
  }, []);
}
