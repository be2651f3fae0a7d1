import type { ReactElement } from 'react';
import type { LobbyDevice } from '../../client/lobby/lobby';
import type { LobbyState, PreviewDevice } from '../../client/lobby/lobbyState';
import { IconButton } from '../IconButton';
import { Avatar } from '../stage/Avatar';
import { VideoSurface } from '../stage/VideoSurface';
import { LevelMeter } from './LevelMeter';

export interface PreviewProps {
  lobby: LobbyState;
  name: string;
  onToggle: (device: LobbyDevice) => void;
}

export function Preview({ lobby, name, onToggle }: PreviewProps): ReactElement {
  const { microphone, camera } = lobby;
  return (
    <div className="preview">
      {camera.kind === 'on' ? (
        <VideoSurface picture={camera.handle} mirrored />
      ) : (
        <div className="preview-empty">
          <Avatar identity={name} name={name} />
          <p role="status">{cameraWords(camera, microphone)}</p>
        </div>
      )}
      <div className="preview-controls">
        <IconButton
          icon={microphone.kind === 'on' ? 'microphone' : 'microphoneOff'}
          label={microphone.kind === 'on' ? 'Turn the microphone off' : 'Turn the microphone on'}
          data-testid="mic"
          data-on={microphone.kind === 'on'}
          tone={microphone.kind === 'on' ? 'plain' : 'off'}
          busy={microphone.kind === 'starting'}
          onClick={() => onToggle('microphone')}
        />
        <IconButton
          icon={camera.kind === 'on' ? 'camera' : 'cameraOff'}
          label={camera.kind === 'on' ? 'Turn the camera off' : 'Turn the camera on'}
          data-testid="camera"
          data-on={camera.kind === 'on'}
          tone={camera.kind === 'on' ? 'plain' : 'off'}
          busy={camera.kind === 'starting'}
          onClick={() => onToggle('camera')}
        />
      </div>
      {microphone.kind === 'on' && <LevelMeter track={microphone.track} />}
    </div>
  );
}

function cameraWords(camera: PreviewDevice, microphone: PreviewDevice): string {
  if (camera.kind === 'starting' || microphone.kind === 'starting') {
    return 'Your browser may ask for the camera and the microphone: choose Allow.';
  }
  return camera.kind === 'failed' ? camera.failure.title : 'Your camera is off';
}
