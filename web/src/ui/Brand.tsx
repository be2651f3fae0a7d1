import type { ReactElement } from 'react';

/** The mark: a lidded tureen seen from the front. */
export function Mark({ size = 28 }: { size?: number }): ReactElement {
  return (
    <svg className="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect className="mark-ground" width="32" height="32" rx="9" />
      <path className="mark-pot" d="M7 16.5h18v1a8 8 0 0 1-8 8h-2a8 8 0 0 1-8-8z" />
      <path className="mark-line" d="M8.5 13.2a7.5 6 0 0 1 15 0zM16 7v-.6M4.2 17.5h2M25.8 17.5h2" />
    </svg>
  );
}

export function Wordmark(): ReactElement {
  return (
    <span className="wordmark">
      <Mark />
      <span>Tureen</span>
    </span>
  );
}
