/** Gives back what was there before as long as nothing of it has changed: what is the same object is not drawn anew. */
export class Kept<T> {
  #last: T | null = null;

  keep(made: T): T {
    if (this.#last === null || !isAlike(this.#last, made)) this.#last = made;
    return this.#last;
  }
}

/** The same for each of a list, by its key, and for the list itself. */
export class KeptList<T> {
  readonly #keyOf: (item: T) => string;
  #byKey = new Map<string, T>();
  #last: readonly T[] = [];

  constructor(keyOf: (item: T) => string) {
    this.#keyOf = keyOf;
  }

  keep(made: readonly T[]): readonly T[] {
    const kept = made.map((item) => {
      const before = this.#byKey.get(this.#keyOf(item));
      return before !== undefined && isAlike(before, item) ? before : item;
    });
    if (kept.length === this.#last.length && kept.every((item, at) => item === this.#last[at])) return this.#last;
    this.#byKey = new Map(kept.map((item) => [this.#keyOf(item), item]));
    this.#last = kept;
    return kept;
  }
}

/** Of plain values: what is drawn is made of nothing else. */
export function isAlike(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [fields, others] = [Object.keys(one), Object.keys(other)];
  return fields.length === others.length && fields.every((field) => isAlike(Reflect.get(one, field), Reflect.get(other, field)));
}
