import { type ReactElement, useEffect, useMemo } from 'react';
import type { Lobby } from '../client/lobby/lobby';
import { Visit, type VisitState } from '../client/meeting/visit';
import { inviteLink } from '../client/rooms/roomLink';
import { readTokenClaimsUntrusted } from '../client/rooms/tokenClaims';
import { LobbyView } from '../ui/lobby/LobbyView';
import { MeetingView } from '../ui/meeting/MeetingView';
import { useStore } from '../ui/useStore';
import { LeftPage } from './LeftPage';
import { useServices } from './services';
import { WaitingPage } from './WaitingPage';

export function RoomPage({ room }: { room: string }): ReactElement {
  const services = useServices();
  const visit = useMemo(() => new Visit(room, services), [room, services]);
  const state = useStore(visit.store);
  useEffect(() => {
    void visit.start();
    return () => visit.end();
  }, [visit]);
  switch (state.kind) {
    case 'lobby':
      return <LobbyStep visit={visit} state={state} lobby={state.lobby} />;
    case 'returning':
      return <WaitingPage room={room} text="Joining the meeting…" />;
    case 'left':
      return <LeftPage room={room} onRejoin={() => void visit.rejoin()} />;
    case 'inside':
      return (
        <MeetingView
          meeting={state.session}
          preferences={services.preferences}
          invite={services.seats.read(room).token === null ? inviteLink(window.location.origin, room) : null}
          onRejoin={() => void visit.rejoin()}
        />
      );
  }
}

interface LobbyStepProps {
  visit: Visit;
  state: Extract<VisitState, { kind: 'lobby' }>;
  lobby: Lobby;
}

function LobbyStep({ visit, state, lobby }: LobbyStepProps): ReactElement {
  const { preferences, seats, account } = useServices();
  const shown = useStore(lobby.store);
  const { token } = seats.read(visit.room);
  return (
    <LobbyView
      room={visit.room}
      lobby={shown}
      preferences={preferences}
      fixedName={token === null ? (account.get()?.name ?? null) : readTokenClaimsUntrusted(token).name}
      elsewhere={state.elsewhere}
      failure={state.failure}
      joining={state.joining}
      onToggle={(device) => void lobby.toggle(device)}
      onChoose={(device, id) => void lobby.choose(device, id)}
      onJoin={() => void visit.join()}
      onRetry={() => void visit.checkServer()}
    />
  );
}
