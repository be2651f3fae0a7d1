import { type ReactElement, useEffect, useRef } from 'react';
import type { MediaHandle } from '../../client/meeting/meetingState';
import { doSoon } from './frameBudget';

export interface VideoSurfaceProps {
  picture: MediaHandle;
  mirrored?: boolean;
  /** `contain` shows everything (screens); `cover` fills the tile (faces). */
  fit?: 'cover' | 'contain';
}

export function VideoSurface({ picture, mirrored = false, fit = 'cover' }: VideoSurfaceProps): ReactElement {
  const ref = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    const takeBack = doSoon(() => void picture.attach(element));
    return () => {
      if (!takeBack()) doSoon(() => void picture.detach(element));
    };
  }, [picture]);
  return <video ref={ref} className="video" data-fit={fit} data-mirrored={mirrored} autoPlay playsInline muted />;
}
