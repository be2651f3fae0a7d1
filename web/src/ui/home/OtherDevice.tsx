import { type ReactElement, useState } from 'react';

export interface OtherDeviceProps {
  /** Makes a link that signs its bearer in as this person. */
  makeLink: () => Promise<string>;
}

/** How to come in on another device as the same person. */
export function OtherDevice({ makeLink }: OtherDeviceProps): ReactElement {
  const [link, setLink] = useState<string | null>(null);
  const [said, setSaid] = useState('Open it there to be in as yourself. Give it to nobody: whoever has it is you, for some hours.');
  const make = async (): Promise<void> => {
    try {
      const made = await makeLink();
      setLink(made);
      // Insecure pages have no clipboard: the link stands there to be copied by hand.
      await (navigator.clipboard as Clipboard | undefined)?.writeText(made);
      if ('clipboard' in navigator) setSaid('Copied. Open it on the other device, and give it to nobody else: whoever has it is you.');
    } catch (error) {
      setSaid(error instanceof Error ? error.message : 'There is no link just now. Try again.');
    }
  };
  return (
    <>
      <h3>Another device of yours</h3>
      <button type="button" className="button" data-testid="device-link-make" onClick={() => void make()}>
        Copy a link for it
      </button>
      {link !== null && (
        <input
          readOnly
          aria-label="Link for another device"
          data-testid="device-link"
          value={link}
          onFocus={(event) => event.target.select()}
        />
      )}
      <p className="settings-note" role="status">
        {said}
      </p>
    </>
  );
}
