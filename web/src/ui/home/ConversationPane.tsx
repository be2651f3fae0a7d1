import { type DragEvent, type ReactElement, useState } from 'react';
import type { Home } from '../../client/home/home';
import { useSelected } from '../useSelected';
import { Composer } from './Composer';
import { ConversationHead } from './ConversationHead';
import { MessageList } from './MessageList';

export interface ConversationPaneProps {
  home: Home;
  onEnterRoom: (room: string) => void;
}

export function ConversationPane({ home, onEnterRoom }: ConversationPaneProps): ReactElement | null {
  const id = useSelected(home.store, (state) => state.open?.row.id ?? null);
  const [over, setOver] = useState(false);
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files');
  if (id === null) return null;
  return (
    <section
      className="conversation"
      aria-label="Conversation"
      data-testid="open-conversation"
      data-over={over}
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) setOver(false);
      }}
      onDrop={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setOver(false);
        home.addFiles([...event.dataTransfer.files]);
      }}
    >
      <ConversationHead home={home} onEnterRoom={onEnterRoom} />
      <MessageList key={id} home={home} />
      <Composer key={`${id} composer`} home={home} />
      {over && <p className="drop-here">Drop files to send them</p>}
    </section>
  );
}
