/** Markdown that is as easy to read as text as it is as a page. */

/** Columns that lines of prose and lists do not exceed, if their words let them. */
const WIDTH = 120;

/** Text that stands for itself: nothing in it is taken for Markdown, and all of it can be seen. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]<>|~]/g, '\\$&').replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\\\u{${(character.codePointAt(0) as number).toString(16)}}`;
  });
}

/** A line at whose beginning nothing stands that would begin a heading or a list. */
function asProse(line: string): string {
  return line.replace(/^([#+-]|=+(?=\s|$))/, '\\$1').replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2');
}

/** Breaks text between words into lines. The first begins with `head`, the others are indented with spaces. */
export function paragraph(text: string, head = '', indent = head.length): string[] {
  const lines: string[] = [];
  let line = '';
  // Code is not broken.
  for (const word of text.match(/(?:\\.|`[^`]*`|[^ ])+/gs) ?? []) {
    const room = WIDTH - indent;
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((each, at) => (at === 0 ? head : ' '.repeat(indent)) + asProse(each));
}

/** Cells longer than this are not aligned, so that they do not make all the others as long. */
const LONGEST_ALIGNED = 50;

/** A table whose columns are aligned in the source as well. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) =>
    Math.max(
      ...[3, title.length],
      ...rows.map((row) => row[column]?.length ?? 0).filter((length) => length <= LONGEST_ALIGNED),
    ),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] as number)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}

/** A byte as the specification writes it. */
export function byte(value: number): string {
  return `0x${value.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** A whole number with commas between the thousands. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** What the head of a generated document says of it. */
export function generatedBy(source: string): string[] {
  return [`<!-- Made from ${source} by \`npm run docs\`: change that, not this. -->`];
}
