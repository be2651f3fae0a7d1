import { type AnchorHTMLAttributes, type MouseEvent, type ReactElement, useRef } from 'react';
import { isStale } from '../../client/home/pictures';

export interface FreshLinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  href: string;
  /** Fetches a fresh address, which comes as `href`. */
  onRenew: () => Promise<void>;
}

/** A link to a file: its address works for some minutes, so that an old one is renewed before it is followed. */
export function FreshLink({ href, onRenew, onClick, ...rest }: FreshLinkProps): ReactElement {
  const link = useRef<HTMLAnchorElement>(null);
  const isRenewed = useRef(false);
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    if (event.defaultPrevented || isRenewed.current || !isStale(href, Date.now())) return;
    event.preventDefault();
    // The page is drawn with the new address before the next task.
    void onRenew().then(() => setTimeout(() => {
      isRenewed.current = true;
      link.current?.click();
      isRenewed.current = false;
    }));
  };
  return <a ref={link} href={href} onClick={follow} {...rest} />;
}
