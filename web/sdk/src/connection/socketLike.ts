/** As much of a WebSocket as the client uses. */
export interface SocketLike {
  onopen: (() => void) | null;
  onmessage: ((message: { readonly data: unknown }) => void) | null;
  onclose: (() => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export type OpenSocket = (url: string) => SocketLike;

export function openWebSocket(url: string): SocketLike {
  const socket = new WebSocket(url);
  const wrapped: SocketLike = {
    onopen: null,
    onmessage: null,
    onclose: null,
    send: (text) => socket.send(text),
    close: (code, reason) => socket.close(code, reason),
  };
  socket.onopen = () => wrapped.onopen?.();
  socket.onmessage = ({ data }: MessageEvent<unknown>) => wrapped.onmessage?.({ data });
  socket.onclose = () => wrapped.onclose?.();
  return wrapped;
}
