import { type MouseEvent, type ReactElement, useLayoutEffect, useRef } from 'react';
import { Icon, type IconName } from '../icons';

/** Between the menu and what it belongs to, and the least to the window's edge, in CSS pixels. */
const GAP = 6;

export interface Action {
  readonly icon: IconName;
  readonly label: string;
  readonly testId?: string;
  readonly danger?: boolean;
  readonly run: () => void;
}

export interface Reaction {
  readonly label: string;
  readonly mine: boolean;
  readonly run: () => void;
}

export interface ActionMenuProps {
  /** What it is a menu of, for screen readers. */
  label: string;
  /** Beside which it opens; on a phone it comes from below. */
  anchor: HTMLElement;
  actions: readonly Action[];
  onClose: () => void;
  /** Small ones that stand in a row above the others. */
  reactions?: readonly Reaction[];
}

/** A few things to do with something. It takes the keyboard, and gives it back to where it was. */
export function ActionMenu({ label, anchor, actions, onClose, reactions = [] }: ActionMenuProps): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const menu = dialog.current;
    if (menu === null) return;
    if (!menu.open) menu.showModal();
    place(menu, anchor.getBoundingClientRect());
  }, [anchor]);
  const choose = (run: () => void): void => {
    // The keyboard goes back first, so that what is done may take it elsewhere.
    dialog.current?.close();
    run();
  };
  const closeOutside = (event: MouseEvent): void => {
    if (event.target === event.currentTarget) dialog.current?.close();
  };
  return (
    <dialog ref={dialog} className="menu" aria-label={label} data-testid="menu" onClose={onClose} onClick={closeOutside}>
      {reactions.length > 0 && (
        <div className="menu-reactions" role="group" aria-label="React">
          {reactions.map(({ label: sign, mine, run }) => (
            <button key={sign} type="button" className="menu-reaction" aria-pressed={mine} onClick={() => choose(run)}>
              {sign}
            </button>
          ))}
        </div>
      )}
      <ul className="menu-actions">
        {actions.map(({ icon, label: name, testId, danger = false, run }) => (
          <li key={name}>
            <button type="button" className="menu-action" data-testid={testId} data-danger={danger} onClick={() => choose(run)}>
              <Icon name={icon} size={20} /> {name}
            </button>
          </li>
        ))}
      </ul>
    </dialog>
  );
}

/** Below its anchor, or above where there is more room; the style sheet has the last word on a phone. */
function place(menu: HTMLElement, anchor: DOMRect): void {
  const { width, height } = menu.getBoundingClientRect();
  const below = anchor.bottom + GAP + height <= window.innerHeight - GAP;
  const top = below ? anchor.bottom + GAP : anchor.top - GAP - height;
  const left = anchor.right - width;
  menu.style.setProperty('--menu-top', `${Math.max(GAP, Math.min(top, window.innerHeight - GAP - height))}px`);
  menu.style.setProperty('--menu-left', `${Math.max(GAP, Math.min(left, window.innerWidth - GAP - width))}px`);
}
