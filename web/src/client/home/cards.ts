/** Of one value there is no name. */
export interface CardRow {
  readonly name: string;
  readonly value: string;
}

/** What a machine wrote, short enough to be drawn. */
export interface CardView {
  readonly heading: string;
  readonly rows: readonly CardRow[];
  /** So many rows are left out. */
  readonly more: number;
}

/** The newest value of a key that members of a conversation share. */
export interface StateView {
  readonly key: string;
  readonly card: CardView;
  readonly atMs: number;
}
