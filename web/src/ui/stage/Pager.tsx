import type { ReactElement } from 'react';
import { IconButton } from '../IconButton';
import type { Place } from './layout';

export interface PagerProps {
  /** From 0. */
  page: number;
  pages: number;
  place: Place;
  onTurn: (by: number) => void;
}

/** Turns the pages of the stage. At an end its button stays where it is, for whoever presses on. */
export function Pager({ page, pages, place, onTurn }: PagerProps): ReactElement {
  const { x, y, width, height } = place;
  const [first, last] = [page === 0, page >= pages - 1];
  return (
    <div className="pager" role="group" aria-label="Pages" style={{ left: x, top: y, width, height }}>
      <IconButton
        icon="previous"
        label="Previous page"
        shortcut="PageUp"
        className="quiet"
        aria-disabled={first}
        data-testid="previous-page"
        onClick={() => !first && onTurn(-1)}
      />
      <span className="pager-page" role="status" data-testid="page">
        <span className="visually-hidden">{`Page ${page + 1} of ${pages}`}</span>
        <span aria-hidden="true">{`${page + 1} / ${pages}`}</span>
      </span>
      <IconButton
        icon="next"
        label="Next page"
        shortcut="PageDown"
        className="quiet"
        aria-disabled={last}
        data-testid="next-page"
        onClick={() => !last && onTurn(1)}
      />
    </div>
  );
}
