import { type Chunk, keptOf, typeAt } from './chunks';
import { type Bytes, startsWith } from './exifOrientation';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const EXIF = 'eXIf';
const EXIF_LETTERS = [0x65, 0x58, 0x49, 0x66];
/** Place and camera, words of any kind (XMP is one), and when it was changed last (PNG, third edition, section 11.3). */
const METADATA = [EXIF, 'tEXt', 'iTXt', 'zTXt', 'tIME'];
/** Says that the picture moves. */
const ANIMATION = 'acTL';

/** The parts of the picture that stay; null: there is nothing to take out, it moves, or it is no PNG that can be read. */
export function pngWithoutMetadata(picture: Bytes): Bytes[] | null {
  const chunks = chunksUntrusted(picture);
  const end = chunks?.at(-1)?.end;
  if (chunks === null || end === undefined || chunks.some(({ type }) => type === ANIMATION)) return null;
  if (!chunks.some(({ type }) => METADATA.includes(type))) return null;
  return [picture.subarray(0, SIGNATURE.length), ...keptOf(picture, chunks, METADATA, EXIF, exifChunk), picture.subarray(end)];
}

/** Up to the one that ends the picture; null where there is none. */
function chunksUntrusted(picture: Bytes): Chunk[] | null {
  if (!startsWith(picture, 0, SIGNATURE)) return null;
  const view = new DataView(picture.buffer, picture.byteOffset, picture.byteLength);
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; at + 12 <= picture.length; ) {
    const [type, end] = [typeAt(picture, at + 4), at + 12 + view.getUint32(at)];
    if (end > picture.length) return null;
    chunks.push({ type, at, end, content: picture.subarray(at + 8, end - 4) });
    if (type === 'IEND') return chunks;
    at = end;
  }
  return null;
}

function exifChunk(content: number[]): Bytes {
  const chunk = new Uint8Array([0, 0, 0, content.length, ...EXIF_LETTERS, ...content, 0, 0, 0, 0]);
  new DataView(chunk.buffer).setUint32(chunk.length - 4, checksum(chunk.subarray(4, -4)));
  return chunk;
}

/** CRC-32 (PNG, third edition, section 5.5 and annex D). */
function checksum(bytes: Bytes): number {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit += 1) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
  }
  return ~rest >>> 0;
}
