/**
 * Names of rooms: what may stand in `/r/<room>`, and friendly names for new meetings.
 *
 * A made-up name is four words from 64-word lists plus three digits: about 34 bits from the system's random source,
 * so that a stranger does not stumble into a meeting by guessing.
 */

export const MAX_ROOM_NAME = 128;

const TASTES = words(`amber basil bright briny brisk buttery calm candied caramel cheerful chilled clear cosy creamy crisp
  crusty dewy earthy fresh gentle gingery glazed golden hearty herbal honeyed jolly juicy lemony light lively lucky
  malty mellow mild minty misty nutty peppery plain plucky quiet rich roasted rosy rustic salty savoury silky simple
  slow smoky smooth soft spiced steamy sunny sweet tangy tender toasty velvet warm zesty`);

const DISHES = words(`almond apple apricot barley bay bean beet berry bread broth caraway carrot celery chard cherry
  chestnut chive clove cocoa coriander corn cress cumin dill dumpling fennel fig garlic ginger grape hazel kale leek
  lemon lentil lime lovage mango maple marrow melon mint nettle noodle nutmeg oat olive onion orange parsley parsnip
  pea peach pear pepper plum potato pumpkin quince radish rice saffron sage sesame`);

/** Fills the array with random numbers; `crypto.getRandomValues` in the browser. */
export type RandomSource = (into: Uint32Array) => void;

export function makeRoomName(random: RandomSource): string {
  const draws = new Uint32Array(5);
  random(draws);
  const [first = 0, second = 0, third = 0, fourth = 0, digits = 0] = draws;
  return [
    pick(TASTES, first),
    pick(DISHES, second),
    pick(TASTES, third),
    pick(DISHES, fourth),
    // 2^32 is not a multiple of 900; the bias (below one in four million) does not matter for a guess.
    String(100 + (digits % 900)),
  ].join('-');
}

/** What a person typed, as a room name; null when nothing usable is left. */
export function normalizeRoomName(typed: string): string | null {
  const name = typed
    .normalize('NFKC')
    .trim()
    .replace(/\s+/gu, '-')
    .replace(/[^\p{L}\p{N}._~-]/gu, '');
  if (name === '' || name.length > MAX_ROOM_NAME || /^\.+$/u.test(name)) return null;
  return name;
}

function pick(list: readonly string[], draw: number): string {
  // Both lists hold 64 words, a power of two, so that the remainder is even-handed.
  return list[draw % list.length] ?? 'soup';
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/u);
}

export const WORD_LISTS: readonly (readonly string[])[] = [TASTES, DISHES];
