import type { ReactElement, ReactNode } from 'react';
import { Icon } from './icons';

export interface CalloutProps {
  title: string;
  hint: string;
  tone?: 'info' | 'problem';
  /** `alert` speaks at once; use it for what the person just caused. */
  role?: 'alert' | 'status' | 'note';
  children?: ReactNode;
}

export function Callout({ title, hint, tone = 'problem', role = 'status', children }: CalloutProps): ReactElement {
  return (
    <div className="callout" data-tone={tone} role={role}>
      <Icon name="warning" />
      <div>
        <strong>{title}</strong>
        <p>{hint}</p>
        {children}
      </div>
    </div>
  );
}
