/** Tells of a call while nobody looks at the page, if the person has allowed notifications. */
export class CallNotification {
  readonly #shown: Notification | null;

  constructor(caller: string) {
    const may = 'Notification' in window && Notification.permission === 'granted' && document.visibilityState === 'hidden';
    this.#shown = may ? new Notification(`${caller} calls you`, { tag: 'tureen-call', requireInteraction: true }) : null;
    if (this.#shown !== null) {
      this.#shown.onclick = () => {
        window.focus();
        this.#shown?.close();
      };
    }
  }

  close(): void {
    this.#shown?.close();
  }
}
