import type { CommandError } from '@tureen/client';

const MEBIBYTE = 1024 * 1024;

/** Why a file cannot be sent, in plain words; null: it can. `maxBytes`: null where the server has not said it. */
export function fileProblem(bytes: number, maxBytes: number | null): string | null {
  if (bytes === 0) return 'This file is empty.';
  if (maxBytes === null || bytes <= maxBytes) return null;
  return `Files may have at most ${megabytes(maxBytes, Math.floor)}; this one has ${megabytes(bytes, Math.ceil)}.`;
}

/** What the server says of a file, for people. */
export function refusedFileWords({ code, message }: Pick<CommandError, 'code' | 'message'>): string {
  if (code === 'too_large') return 'This file is too large for this server.';
  if (code === 'invalid') return 'The server cannot take this file.';
  return message;
}

/** Rounded such that the two never look the same. */
function megabytes(bytes: number, round: (value: number) => number): string {
  const value = bytes / MEBIBYTE;
  return value < 1 ? `${round(bytes / 1024)} kB` : `${round(value * 10) / 10} MB`;
}
