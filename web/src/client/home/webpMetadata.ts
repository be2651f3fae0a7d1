import { type Chunk, keptOf, typeAt } from './chunks';
import type { Bytes } from './exifOrientation';

const HEADER_BYTES = 12;
const EXIF = 'EXIF';
const EXIF_LETTERS = [0x45, 0x58, 0x49, 0x46];
const METADATA = [EXIF, 'XMP '];
/** The chunk that says what else there is (RFC 9649 section 2.7), and its flags. */
const EXTENDED = 'VP8X';
const [HAS_EXIF, HAS_XMP, MOVES] = [0x08, 0x04, 0x02];

/** The parts of the picture that stay; null: there is nothing to take out, it moves, or it is no WebP that can be read. */
export function webpWithoutMetadata(picture: Bytes): Bytes[] | null {
  const chunks = chunksUntrusted(picture);
  const end = chunks?.at(-1)?.end;
  if (chunks === null || end === undefined || !chunks.some(({ type }) => METADATA.includes(type))) return null;
  const says = chunks.find(({ type }) => type === EXTENDED);
  const flags = says?.content[0] ?? 0;
  if ((flags & MOVES) !== 0 || chunks.some(({ type }) => type === 'ANIM')) return null;
  let isTurned = false;
  const kept = keptOf(picture, chunks, METADATA, EXIF, (content) => {
    isTurned = true;
    return exifChunk(content);
  });
  const whole = kept.map((part) => {
    if (says === undefined || part.byteOffset !== picture.byteOffset + says.at || part.buffer !== picture.buffer) return part;
    const extended = new Uint8Array(part);
    extended[8] = (flags & ~(HAS_EXIF | HAS_XMP)) | (isTurned ? HAS_EXIF : 0);
    return extended;
  });
  const header = new Uint8Array(picture.subarray(0, HEADER_BYTES));
  new DataView(header.buffer).setUint32(4, whole.reduce((sum, part) => sum + part.length, 4), true);
  return [header, ...whole, picture.subarray(end)];
}

/** All that the file counts as its own; null where it is not as it says. */
function chunksUntrusted(picture: Bytes): Chunk[] | null {
  if (picture.length < HEADER_BYTES || typeAt(picture, 0) !== 'RIFF' || typeAt(picture, 8) !== 'WEBP') return null;
  const view = new DataView(picture.buffer, picture.byteOffset, picture.byteLength);
  const whole = 8 + view.getUint32(4, true);
  if (whole > picture.length) return null;
  const chunks: Chunk[] = [];
  let at = HEADER_BYTES;
  while (at + 8 <= whole) {
    const size = view.getUint32(at + 4, true);
    // An odd one is followed by a byte that fills it up.
    const end = at + 8 + size + (size & 1);
    if (end > whole) return null;
    chunks.push({ type: typeAt(picture, at), at, end, content: picture.subarray(at + 8, at + 8 + size) });
    at = end;
  }
  return at === whole ? chunks : null;
}

function exifChunk(content: number[]): Bytes {
  return new Uint8Array([...EXIF_LETTERS, content.length, 0, 0, 0, ...content]);
}
