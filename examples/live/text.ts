/**
 * Text of strangers on a terminal: escaped, measured in columns, shortened and broken into lines.
 *
 * A topic may carry anything that UTF-8 can say, control sequences included. What reaches the
 * terminal must be visible, must not move the cursor, and must not turn the direction of writing.
 */
import { styleText } from 'node:util';

/** How a piece of a line is to look. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'cyan' | 'yellow';

/** Gives a piece of text its look, or leaves it alone where there are no colours. */
export type Paint = (style: Style, text: string) => string;

/** Leaves everything as it is. */
export const plain: Paint = (_style, text) => text;

/** Colours by ANSI escape sequences. */
export const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false });

/** Whether output is to be coloured: on a terminal, unless NO_COLOR or FORCE_COLOR say otherwise. */
export function wantsColour(isTerminal: boolean, environment: NodeJS.ProcessEnv): boolean {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: terminal } = environment;
  if (force !== undefined) return force !== '0' && force !== 'false';
  if (no !== undefined && no !== '') return false;
  return isTerminal && terminal !== 'dumb';
}

/** Controls, invisible formatting, lone surrogates, unassigned code points, exotic spaces, and \. */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]|[^\S ]|\\/gu;

/** The text with everything escaped that a terminal would act upon or not show. */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, (character) =>
    character === '\\' ? '\\\\' : `\\u{${(character.codePointAt(0) as number).toString(16)}}`,
  );
}

/**
 * The text escaped, in quotation marks that it cannot close; cut behind `width` columns.
 *
 * @param isWhole whether nothing is missing of the text already
 */
export function quote(text: string, width: number, isWhole: boolean): string {
  const mark = text.includes('"') && !text.includes("'") ? "'" : '"';
  const escaped = escapeText(text).replaceAll(mark, `\\${mark}`);
  const isShown = isWhole && columns(escaped) <= width;
  return isShown ? mark + escaped + mark : `${mark}${fitting(escaped, width)}${mark}…`;
}

/** Characters that take two columns; in doubt one too many, so that no line gets too long. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

function characterWidth(character: string): number {
  return WIDE.test(character) ? 2 : 1;
}

/** How many columns the text takes. It must be escaped already. */
export function columns(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** The start of the text that fits into `width` columns, at least one character. */
export function fitting(text: string, width: number): string {
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += characterWidth(character);
    if (used > width && end > 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** The text, cut to `width` columns with an ellipsis if it is longer. */
export function shorten(text: string, width: number): string {
  return columns(text) <= width ? text : `${fitting(text, width - 1)}…`;
}

/** A whole number with commas between the thousands. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Breaks a line between words so that no part takes more than `width` columns. */
export function wrap(line: string, width: number): string[] {
  const lines: string[] = [];
  let rest = line;
  while (columns(rest) > width) {
    const part = breakable(rest, width);
    lines.push(part);
    rest = rest.slice(part.length).trimStart();
  }
  return [...lines, rest];
}

/** The start of the text that fits, up to a space if there is one that does not waste half a line. */
function breakable(text: string, width: number): string {
  const part = fitting(text, width);
  if (part.length === text.length) return part;
  const space = part.lastIndexOf(' ');
  return space > part.length / 2 ? part.slice(0, space) : part;
}

/** A name with its value, as text that may be printed. */
export interface Field {
  readonly name: string;
  readonly value: string;
}

const GAP = '   ';

/**
 * Lays fields out in lines of at most `width` columns, several to a line where they fit. A field
 * that is longer than a line is broken; names are dimmed.
 */
export function layOut(fields: readonly Field[], width: number, paint: Paint): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  const finish = () => {
    if (used > 0) lines.push(line);
    line = '';
    used = 0;
  };
  for (const { name, value } of fields) {
    const label = `${name}: `;
    const length = label.length + columns(value);
    if (used > 0 && used + GAP.length + length > width) finish();
    const gap = used > 0 ? GAP : '';
    const first = breakable(value, width - used - gap.length - label.length);
    line += gap + paint('dim', label) + first;
    used += gap.length + label.length + columns(first);
    for (let rest = value.slice(first.length); rest !== ''; ) {
      finish();
      line = breakable(rest, width);
      used = columns(line);
      rest = rest.slice(line.length);
    }
  }
  finish();
  return lines;
}
