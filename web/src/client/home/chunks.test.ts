import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bytes } from './exifOrientation';
import { pngWithoutMetadata } from './pngMetadata';
import { privatePicture } from './privatePicture';
import { webpWithoutMetadata } from './webpMetadata';

type Piece = readonly [type: string, content: readonly number[]];

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const HEADER: Piece = ['IHDR', [0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]];
const END: Piece = ['IEND', []];
const PNG_METADATA = ['eXIf', 'tEXt', 'iTXt', 'zTXt', 'tIME'];
const WEBP_METADATA = ['EXIF', 'XMP '];

/** Big-endian, with a place before the orientation. */
function tiff(orientation: number): number[] {
  const place = [0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0x33, 0x33];
  return [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 2, ...place, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
}

/** Orientation 6, and nothing else. */
const SIDEWAYS = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];

function letters(type: string): number[] {
  return Array.from(type, (letter) => letter.charCodeAt(0));
}

function png(pieces: readonly Piece[]): Bytes {
  const chunk = ([type, content]: Piece): number[] => [0, 0, content.length >> 8, content.length & 0xff, ...letters(type), ...content, 1, 2, 3, 4];
  return new Uint8Array([...SIGNATURE, ...pieces.flatMap(chunk)]);
}

function webp(pieces: readonly Piece[]): Bytes {
  const chunk = ([type, content]: Piece): number[] => [
    ...letters(type), content.length & 0xff, content.length >> 8, 0, 0, ...content, ...(content.length % 2 === 1 ? [0] : []),
  ];
  const body = [...letters('WEBP'), ...pieces.flatMap(chunk)];
  return new Uint8Array([...letters('RIFF'), body.length & 0xff, body.length >> 8, 0, 0, ...body]);
}

function extended(flags: number): Piece {
  return ['VP8X', [flags, 0, 0, 0, 9, 0, 0, 9, 0, 0]];
}

function joined(parts: readonly Uint8Array[] | null): number[] | null {
  return parts === null ? null : parts.flatMap((part) => [...part]);
}

function pieces(types: readonly string[]): fc.Arbitrary<Piece[]> {
  // Too short for Exif that would say something.
  const content = fc.array(fc.nat(255), { maxLength: 7 });
  return fc.array(fc.tuple(fc.constantFrom(...types), content), { maxLength: 8 });
}

describe('a PNG that is sent', () => {
  it('keeps all but what tells of its maker, in order', () => {
    fc.assert(
      fc.property(pieces([...PNG_METADATA, 'IDAT', 'gAMA', 'iCCP', 'prVt']), (some) => {
        const kept = some.filter(([type]) => !PNG_METADATA.includes(type));
        const expected = kept.length === some.length ? null : [...png([HEADER, ...kept, END])];
        expect(joined(pngWithoutMetadata(png([HEADER, ...some, END])))).toEqual(expected);
      }),
    );
  });

  it('is turned as before, by a chunk whose checksum is right', () => {
    const kept = joined(pngWithoutMetadata(png([HEADER, ['eXIf', tiff(6)], ['IDAT', [7]], END])));
    // zlib.crc32(b"eXIf" + SIDEWAYS)
    const checksum = [0xd6, 0x67, 0x4b, 0x69];
    const turned = [0, 0, 0, 26, ...letters('eXIf'), ...SIDEWAYS, ...checksum];
    expect(kept).toEqual([...png([HEADER]), ...turned, ...png([['IDAT', [7]], END]).slice(8)]);
    expect(joined(pngWithoutMetadata(new Uint8Array(kept ?? [])))).toEqual(kept);
  });

  it('stays whole when it moves', () => {
    expect(pngWithoutMetadata(png([HEADER, ['acTL', [0, 0, 0, 2]], ['tEXt', [1]], END]))).toBeNull();
  });
});

describe('a WebP that is sent', () => {
  it('keeps all but Exif and XMP, and says so', () => {
    fc.assert(
      fc.property(pieces([...WEBP_METADATA, 'ICCP', 'ALPH', 'VP8 ', 'VP8L']), fc.nat(255), (some, other) => {
        const flags = other & ~0x02;
        const kept = some.filter(([type]) => !WEBP_METADATA.includes(type));
        const expected = kept.length === some.length ? null : [...webp([extended(flags & ~0x0c), ...kept])];
        expect(joined(webpWithoutMetadata(webp([extended(flags), ...some])))).toEqual(expected);
      }),
    );
  });

  it('is turned as before, whichever way its Exif begins', () => {
    for (const exif of [tiff(6), [...letters('Exif'), 0, 0, ...tiff(6)]]) {
      const sent = webp([extended(0x1c), ['VP8 ', [1, 2, 3]], ['EXIF', exif], ['XMP ', [9]]]);
      expect(joined(webpWithoutMetadata(sent))).toEqual([...webp([extended(0x18), ['VP8 ', [1, 2, 3]], ['EXIF', SIDEWAYS]])]);
    }
  });

  it('stays whole when it moves', () => {
    expect(webpWithoutMetadata(webp([extended(0x0a), ['ANIM', [0, 0]], ['EXIF', tiff(6)]]))).toBeNull();
    expect(webpWithoutMetadata(webp([['ANIM', [0, 0]], ['EXIF', tiff(6)]]))).toBeNull();
  });
});

it('nothing is taken out of what is cut off or damaged', () => {
  const [whole, other] = [png([HEADER, ['tEXt', [1, 2]], ['IDAT', [3]], END]), webp([extended(4), ['VP8 ', [1]], ['XMP ', [2, 3]]])];
  for (let length = 0; length < whole.length; length += 1) expect(pngWithoutMetadata(whole.slice(0, length))).toBeNull();
  for (let length = 0; length < other.length; length += 1) expect(webpWithoutMetadata(other.slice(0, length))).toBeNull();
});

it('is never longer than a word on how to turn it, whatever the bytes are', () => {
  const noisy = fc.tuple(fc.uint8Array({ maxLength: 12 }), fc.nat(90), fc.boolean());
  fc.assert(
    fc.property(noisy, ([noise, at, isPng]) => {
      const picture = isPng ? png([HEADER, ['eXIf', tiff(6)], ['tEXt', [1]], END]) : webp([extended(8), ['EXIF', tiff(6)], ['XMP ', [1]]]);
      picture.set(noise.subarray(0, Math.max(0, picture.length - at)), Math.min(at, picture.length));
      const kept = isPng ? pngWithoutMetadata(picture) : webpWithoutMetadata(picture);
      expect((joined(kept)?.length ?? 0) <= picture.length).toBe(true);
    }),
  );
});

it('a file is what its type says, and keeps its name', async () => {
  const picture = png([HEADER, ['tEXt', [1, 2]], END]);
  const sent = await privatePicture(new File([picture], 'soup.png', { type: 'image/png' }));
  expect([sent.name, sent.type, sent.size]).toEqual(['soup.png', 'image/png', picture.length - 14]);
  const called = new File([picture], 'soup.avif', { type: 'image/avif' });
  expect(await privatePicture(called)).toBe(called);
});
