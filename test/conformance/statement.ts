/** What a list of statements is made of. */

/** The functions that make tests. `it` stands for tests that fit no table. */
export const KINDS = ['decodes', 'refuses', 'encodes', 'refusesToEncode', 'it'] as const;

export type Kind = (typeof KINDS)[number];

export interface Statement {
  readonly id: string;
  readonly says: string;
  readonly kinds: readonly Kind[];
}

const LETTERS: Readonly<Record<string, Kind>> = {
  D: 'decodes',
  R: 'refuses',
  E: 'encodes',
  X: 'refusesToEncode',
  T: 'it',
};

/** A statement; `letters` are the kinds of test that it must have, by their initials in `LETTERS`. */
export function row(letters: string, id: string, says: string): Statement {
  return { id, says, kinds: Array.from(letters, (letter) => LETTERS[letter] as Kind) };
}
