import { Component, type ReactNode } from 'react';
import { MessagePage } from './MessagePage';

/** Catches what no other place expected (a chunk that does not load, a defect), so that nobody faces a white page. */
export class CrashBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <MessagePage title="This page broke" text="Reloading brings you back to where you were.">
        <button type="button" className="button primary" onClick={() => window.location.reload()}>
          Reload
        </button>
        <a className="button" href="/">
          Home
        </a>
      </MessagePage>
    );
  }
}
