import type { ButtonHTMLAttributes, ReactElement } from 'react';
import { Icon, type IconName } from './icons';

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: IconName;
  /** Spoken name, and the tooltip's text. */
  label: string;
  /** The key that does the same, shown in the tooltip. */
  shortcut?: string;
  tone?: 'plain' | 'off' | 'active' | 'danger';
  /** Its switch is on its way. The button stays where it is for the keyboard: `disabled` would drop the focus. */
  busy?: boolean;
  /** A count in the corner; nothing at 0. */
  badge?: number;
}

export function IconButton(props: IconButtonProps): ReactElement {
  const { icon, label, shortcut, tone = 'plain', busy = false, badge = 0, className = '', ...rest } = props;
  return (
    <button
      type="button"
      className={`icon-button ${className}`}
      data-tone={tone}
      aria-label={badge > 0 ? `${label} (${badge} new)` : label}
      aria-keyshortcuts={shortcut}
      aria-busy={busy}
      aria-disabled={busy}
      data-tip={shortcut === undefined ? label : `${label} (${shortcut})`}
      {...rest}
    >
      <Icon name={icon} />
      {badge > 0 && <span className="badge">{badge > 99 ? '99+' : badge}</span>}
    </button>
  );
}
