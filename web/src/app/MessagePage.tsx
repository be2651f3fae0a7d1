import type { ReactElement, ReactNode } from 'react';
import { Mark } from '../ui/Brand';
import { usePageTitle } from '../ui/usePageTitle';

export interface MessagePageProps {
  title: string;
  text: string;
  children?: ReactNode;
}

/** A page that says one thing and offers the ways on. */
export function MessagePage({ title, text, children }: MessagePageProps): ReactElement {
  usePageTitle(title);
  return (
    <main className="message-page">
      <Mark size={56} />
      <h1>{title}</h1>
      <p>{text}</p>
      <div className="row">{children}</div>
    </main>
  );
}
