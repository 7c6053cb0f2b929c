/** Prose of the document, as Markdown. */
import { paragraph } from '../../test/documents/markdown.js';
import type { Plot } from './draw.js';

/** A paragraph, however its text is broken into lines. */
export function prose(text: string): string {
  return paragraph(text.trim().replace(/\s+/g, ' ')).join('\n');
}

/** An item of a list. */
export function item(text: string): string {
  return paragraph(text.trim().replace(/\s+/g, ' '), '- ').join('\n');
}

export function image({ name, alt }: Plot): string {
  return `![${alt}](plots/${name})`;
}
