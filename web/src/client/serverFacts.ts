/** What a server says of itself once, and does not change while a page is open. */
export interface ServerFacts {
  /** Largest file that it takes; null where it has not said it. */
  maxFileBytes(): Promise<number | null>;
}
