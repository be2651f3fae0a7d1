import type { ReactElement } from 'react';
import type { Home } from '../../client/home/home';
import { useSelected } from '../useSelected';
import { QuestionDialog } from './QuestionDialog';

/** Asked of somebody who is in a call and calls others. */
export function LeaveForDialog({ home }: { home: Home }): ReactElement | null {
  const left = useSelected(home.store, (state) => state.leavesFor);
  if (left === null) return null;
  return (
    <QuestionDialog
      question="Leave the call that you are in?"
      no="Stay in it"
      yes="Leave and call"
      testId="leave-for"
      onYes={() => home.calls.answerWanted(true)}
      onClose={() => home.calls.answerWanted(false)}
    >
      <p className="settings-note" dir="auto">
        You are in the call with {left}. To have everybody in one call, stay and add people to it.
      </p>
    </QuestionDialog>
  );
}
