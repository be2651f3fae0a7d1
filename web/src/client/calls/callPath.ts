import type { CallSession, wire } from '@tureen/client';

export type PathKind = 'direct' | 'room';

/** How a call's media flows, and whether a person may change that now. */
export interface CallPath {
  /** On the way to it, where it does not flow there yet. */
  readonly kind: PathKind;
  readonly isOpen: boolean;
  /** The other path, if the call may take it: two people who wait for nobody may always choose. */
  readonly other: PathKind | null;
}

/** Null while nothing flows at all. */
export function callPath(session: Pick<CallSession, 'record' | 'media'>): CallPath | null {
  const state = session.media.state.get();
  if (state.kind === 'none') return null;
  const kind = state.path ?? 'direct';
  const isOpen = state.kind === 'flowing';
  const mayChange = isOpen && (kind === 'direct' || isPair(session.record.get()));
  return { kind, isOpen, other: mayChange ? otherThan(kind) : null };
}

/** Exactly two are in it, and nobody else rings. */
function isPair({ parties }: wire.Call): boolean {
  return parties.filter(({ state }) => WAITED_FOR.includes(state)).length === 2;
}

const WAITED_FOR: readonly string[] = ['joined', 'reconnecting', 'called', 'ringing'];

function otherThan(kind: PathKind): PathKind {
  return kind === 'direct' ? 'room' : 'direct';
}
