import type { ReactElement, ReactNode } from 'react';
import { IconButton } from '../IconButton';

export interface MessageActionsProps {
  /** "your message", "the message of Ada". */
  whose: string;
  /** Begins the names by which tests find the buttons. */
  testId: string;
  onLike: () => void;
  onReply: () => void;
  /** Opens the menu of all that can be done, beside the element. */
  onMenu: (anchor: HTMLElement) => void;
  /** Further buttons. */
  children?: ReactNode;
}

/** With a mouse some buttons at the corner; under a thumb the whole message is the button that opens the menu. */
export function MessageActions({ whose, testId, onLike, onReply, onMenu, children }: MessageActionsProps): ReactElement {
  return (
    <>
      <button
        type="button"
        className="message-cover"
        aria-label={`Actions for ${whose}`}
        aria-haspopup="dialog"
        data-testid={`${testId}-cover`}
        onClick={(event) => onMenu(event.currentTarget)}
      />
      <span className="message-actions">
        <IconButton icon="smile" label="Like" className="quiet" data-testid={`${testId}-like`} onClick={onLike} />
        <IconButton icon="reply" label="Reply" className="quiet" data-testid={`${testId}-reply`} onClick={onReply} />
        {children}
        <IconButton
          icon="more"
          label="More"
          className="quiet"
          aria-haspopup="dialog"
          data-testid={`${testId}-more`}
          onClick={(event) => onMenu(event.currentTarget)}
        />
      </span>
    </>
  );
}
