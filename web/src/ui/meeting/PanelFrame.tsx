import { type ReactElement, type ReactNode, useEffect, useRef } from 'react';
import { IconButton } from '../IconButton';

export interface PanelFrameProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/** A side panel, or a sheet over the stage on small screens. Focus goes in when it opens and back when it closes. */
export function PanelFrame({ title, onClose, children }: PanelFrameProps): ReactElement {
  const ref = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    const panel = ref.current;
    const field = panel?.querySelector<HTMLElement>('[data-autofocus]');
    (field ?? panel)?.focus();
    return () => {
      const focusWasInside = panel !== null && (panel.contains(document.activeElement) || document.activeElement === document.body);
      if (focusWasInside && before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <section ref={ref} className="panel" aria-label={title} tabIndex={-1}>
      <header className="panel-head">
        <h2>{title}</h2>
        <IconButton icon="close" label={`Close ${title.toLowerCase()}`} className="quiet" onClick={onClose} />
      </header>
      {children}
    </section>
  );
}
