import type { Connection } from '../connection/connection';
import type { Call, IceServer, RoomTicket } from '../protocol';
import type { PathMaker } from './callMedia';
import type { CallsOptions } from './callsOptions';
import { DirectPath, type Signal } from './direct/directPath';
import { RoomPath } from './room/roomPath';

/** Paths of a call, and their word to the server. */
export function pathMaker(connection: Connection, call: string, options: CallsOptions): PathMaker {
  const { room, poor, createPeer = (configuration: RTCConfiguration) => new RTCPeerConnection(configuration) } = options;
  const told = (sent: Promise<unknown>) => void sent.catch(() => undefined); // the record says what comes of it
  return {
    direct: (record, local, listener) =>
      new DirectPath({
        user: otherOf(record, connection)?.user ?? '',
        isOfferer: record.offerer === connection.device,
        local,
        listener,
        createPeer,
        ...(poor !== undefined && { poor }),
        iceServers: () => askIceServers(connection, call),
        canSignal: () => connection.state.get().kind === 'online',
        sendSignal: (signal) => told(sendSignal(connection, record, signal)),
      }),
    room: (_record, local, listener) => {
      if (room === undefined) {
        listener.onFailed('This program has no way into rooms.');
        return null;
      }
      const ticket = () => askRoomTicket(connection, call);
      return new RoomPath({ media: room, ticket, server: serverOf(connection.url), local, listener, random: Math.random });
    },
    tellFlowing: (generation) => told(connection.send({ type: 'call.connected', call, generation })),
    tellFailed: (generation, reason) => told(connection.send({ type: 'call.failed', call, generation, reason })),
  };
}

function otherOf({ parties }: Call, { device }: Connection) {
  const inside = parties.filter(({ state }) => state === 'joined' || state === 'reconnecting');
  return inside.find((party) => party.device !== device);
}

async function askIceServers(connection: Connection, call: string): Promise<readonly IceServer[]> {
  return (await connection.send({ type: 'call.ticket', call }, { patienceMs: 2_000 })).ice_servers ?? [];
}

async function askRoomTicket(connection: Connection, call: string): Promise<RoomTicket> {
  const { room } = await connection.send({ type: 'call.ticket', call });
  if (room === undefined || room === null) throw new Error('The server gave no ticket for the room.');
  return room;
}

function sendSignal(connection: Connection, { id: call, generation = 0 }: Call, signal: Signal): Promise<unknown> {
  return connection.send({ type: 'call.signal', call, generation, ...signal });
}

/** The media server is at the same host and port as the native door, unless a ticket says otherwise. */
function serverOf(door: string): string {
  const { protocol, host } = new URL(door);
  return `${protocol}//${host}`;
}
