/** An address that the server gave, which may be relative, seen from the native door's own. */
export function httpAddress(door: string, address: string): string {
  const base = new URL(door);
  base.protocol = base.protocol.replace('ws', 'http');
  return new URL(address, base).href;
}
