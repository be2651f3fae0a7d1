import { ConnectionError, ConnectionErrorReason } from 'livekit-client';
import { JoinFailure, type JoinFailureKind } from '../joinFailure';

const KINDS: Record<ConnectionErrorReason, JoinFailureKind> = {
  [ConnectionErrorReason.NotAllowed]: 'token_refused',
  [ConnectionErrorReason.ServerUnreachable]: 'server_unreachable',
  [ConnectionErrorReason.WebSocket]: 'server_unreachable',
  [ConnectionErrorReason.ServiceNotFound]: 'server_unreachable',
  [ConnectionErrorReason.Timeout]: 'media_blocked',
  [ConnectionErrorReason.InternalError]: 'unexpected',
  [ConnectionErrorReason.LeaveRequest]: 'unexpected',
  [ConnectionErrorReason.Cancelled]: 'unexpected',
};

/** LiveKit's error at connecting, as the failure that the lobby shows. */
export function classifyConnectError(error: unknown): JoinFailure {
  if (!(error instanceof ConnectionError)) return new JoinFailure('unexpected', undefined, error);
  return new JoinFailure(kindOf(error as ConnectFacts), undefined, error);
}

interface ConnectFacts {
  readonly reason: ConnectionErrorReason;
  readonly message: string;
  readonly status?: number | undefined;
  readonly context?: unknown;
}

function kindOf(error: ConnectFacts): JoinFailureKind {
  const status = error.status ?? statusIn(error.context);
  if (status === 404 && error.reason === ConnectionErrorReason.NotAllowed) return 'room_missing';
  if (status === 503) return 'room_full'; // the door answers 503 when a limit of the room or the server is reached
  if (/could not establish pc connection/iu.test(error.message)) return 'media_blocked';
  return KINDS[error.reason];
}

function statusIn(context: unknown): number | undefined {
  if (typeof context !== 'object' || context === null || !('status' in context)) return undefined;
  return typeof context.status === 'number' ? context.status : undefined;
}
