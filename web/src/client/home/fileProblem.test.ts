import { expect, test } from 'vitest';
import { fileProblem, refusedFileWords } from './fileProblem';

const MB = 1024 * 1024;

test.each([
  [0, 25 * MB, 'This file is empty.'],
  [1, 25 * MB, null],
  [25 * MB, 25 * MB, null],
  [31 * MB, 25 * MB, 'Files may have at most 25 MB; this one has 31 MB.'],
  [25 * MB + 1, 25 * MB, 'Files may have at most 25 MB; this one has 25.1 MB.'],
  [3000, 2048, 'Files may have at most 2 kB; this one has 3 kB.'],
  [31 * MB, null, null],
])('a file of %d bytes where %s are allowed', (bytes, most, problem) => {
  expect(fileProblem(bytes, most)).toBe(problem);
});

test('says nothing that is meant for programs', () => {
  expect(refusedFileWords({ code: 'too_large', message: 'Files are at most 26214400 bytes.' })).not.toMatch(/\d/u);
  expect(refusedFileWords({ code: 'invalid', message: 'Expected `int` >= 1 - at `$.size_bytes`.' })).not.toMatch(/[`$]/u);
  expect(refusedFileWords({ code: 'unsupported_media', message: 'Files of this kind are not sent.' })).toBe('Files of this kind are not sent.');
});
