import { type ReactElement, useEffect, useRef } from 'react';
import { SoundLevel } from '../../client/lobby/soundLevel';

const BARS = 5;

/** Shows that the microphone hears something. It is decoration for ears that are open: no words for screen readers. */
export function LevelMeter({ track }: { track: MediaStreamTrack }): ReactElement {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const level = new SoundLevel(track);
    const wake = (): void => level.wake();
    let frame = 0;
    const draw = (): void => {
      const lit = Math.round(level.read() * BARS);
      [...(ref.current?.children ?? [])].forEach((bar, index) => bar.toggleAttribute('data-lit', index < lit));
      frame = requestAnimationFrame(draw);
    };
    draw();
    document.addEventListener('pointerdown', wake);
    document.addEventListener('keydown', wake);
    return () => {
      cancelAnimationFrame(frame);
      document.removeEventListener('pointerdown', wake);
      document.removeEventListener('keydown', wake);
      level.close();
    };
  }, [track]);
  return (
    <div ref={ref} className="meter" aria-hidden="true" title="Microphone level">
      {Array.from({ length: BARS }, (_, index) => (
        <span key={index} />
      ))}
    </div>
  );
}
