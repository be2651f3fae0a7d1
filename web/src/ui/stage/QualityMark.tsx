import type { ReactElement } from 'react';
import type { LinkQuality } from '../../client/meeting/meetingState';

const BARS: Record<Exclude<LinkQuality, 'unknown'>, number> = { excellent: 4, good: 3, poor: 1, lost: 0 };
const HEIGHTS = [5, 8.5, 12, 15.5];

/** Four bars, as on every phone; nothing while nobody has judged the connection. The words stand beside it. */
export function QualityMark({ quality, size = 16 }: { quality: LinkQuality; size?: number }): ReactElement | null {
  if (quality === 'unknown') return null;
  return (
    <svg className="quality" data-testid="quality" data-quality={quality} width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
      {HEIGHTS.map((height, at) => (
        <rect key={height} x={1.5 + at * 4.6} y={18 - height} width="3" height={height} rx="1.2" data-lit={at < BARS[quality]} />
      ))}
      {quality === 'lost' && <path d="M3 3l14 14M17 3L3 17" />}
    </svg>
  );
}
