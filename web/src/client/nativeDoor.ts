/** Where the native door of the page's own server is. */
export function nativeDoorUrl({ origin }: Location): string {
  return `${origin.replace(/^http/u, 'ws')}/v1/connect`;
}
