import { type ReactElement, useRef } from 'react';
import type { Home } from '../../client/home/home';
import { useSelected } from '../useSelected';
import { QuestionDialog } from './QuestionDialog';

/** Asked of somebody who is in a call and calls others. */
export function LeaveForDialog({ home }: { home: Home }): ReactElement | null {
  const left = useSelected(home.store, (state) => state.leavesFor);
  const leaves = useRef(false);
  if (left === null) return null;
  const answer = (): void => {
    home.calls.answerWanted(leaves.current);
    leaves.current = false;
  };
  return (
    <QuestionDialog
      question="Leave the call that you are in?"
      no="Stay in it"
      yes="Leave and call"
      testId="leave-for"
      onYes={() => (leaves.current = true)}
      onClose={answer}
    >
      <p className="settings-note" dir="auto">
        You are in the call with {left}. To have everybody in one call, stay and add people to it.
      </p>
    </QuestionDialog>
  );
}
