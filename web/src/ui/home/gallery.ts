import { createContext } from 'react';

/** What the pictures and files of a conversation are shown with. */
export interface Gallery {
  /** Shows a picture large, by its file's id. */
  readonly view: (file: string, opener: HTMLElement) => void;
  /** Fetches fresh addresses for the files of a message; those that there are stay where that fails. */
  readonly renew: (message: string) => Promise<void>;
}

export const GalleryContext = createContext<Gallery>({ view: () => undefined, renew: () => Promise.resolve() });
