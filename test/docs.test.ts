/** The generated documents are what would be generated now. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { CollectedTest } from './conformance/collect.js';
import { conformanceDocument } from './documents/conformance.js';
import { DOCUMENTS } from './documents/documents.js';
import { escapeMarkdown, paragraph, table } from './documents/markdown.js';
import { protocolDocument } from './documents/protocol.js';

describe('generated documents', () => {
  it.each(DOCUMENTS)('$name is up to date: else run npm run docs', async ({ url, make }) => {
    expect(await readFile(url, 'utf8')).toBe(await make());
  });
});

describe('protocol.md', () => {
  /** The cells of the row that begins with these. */
  function row(...cells: readonly string[]): readonly string[] | undefined {
    return protocolDocument()
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .map((line) =>
        line
          .slice(2, -2)
          .split(' | ')
          .map((cell) => cell.trim()),
      )
      .find((found) => cells.every((cell, at) => found[at] === cell));
  }

  // biome-ignore format: a table
  it.each([
    ['1', 'CONNECT', '0x10', 'Client', '12 to 327,697', 'Client', '12 to any'],
    ['3', 'PUBLISH', '0x30 to 0x3D', 'both', '3 to any', 'both', '3 to any'],
    ['6', 'PUBREL', '0x62', 'both', '2', 'both', '2 to any'],
    ['14', 'DISCONNECT', '0xE0', 'Client', '0', 'both', '0 to any'],
    ['15', 'AUTH', '0xF0', '–', '–', 'both', '0 to any'],
    ['0x0B', 'Subscription Identifier', '`subscriptionIdentifiers`', 'Variable Byte Integer', 'PUBLISH of a Server', '1 to 268,435,455', 'yes'],
    ['0x0B', 'Subscription Identifier', '`subscriptionIdentifier`', 'Variable Byte Integer', 'SUBSCRIBE', '1 to 268,435,455', 'no'],
    ['0x11', 'Session Expiry Interval', '`sessionExpiryInterval`', 'Four Byte Integer', 'CONNECT, CONNACK, DISCONNECT of a Client', '0 to 4,294,967,295', 'no'],
    ['0x16', 'Authentication Data', '`authenticationData`', 'Binary Data', 'CONNECT, CONNACK, AUTH', 'needs Authentication Method', 'no'],
    ['0x21', 'Receive Maximum', '`receiveMaximum`', 'Two Byte Integer', 'CONNECT, CONNACK', '1 to 65,535', 'no'],
    ['0x26', 'User Property', '`userProperties`', 'UTF-8 String Pair', 'all that have properties, Will', '', 'yes'],
    ['0x04', 'Disconnect with Will Message', 'DISCONNECT of a Client'],
    ['0x18', 'Continue authentication', 'AUTH'],
    ['0x9E', 'Shared Subscriptions not supported', 'SUBACK, DISCONNECT of a Server'],
    ['SUBACK', '0x80', 'Failure'],
    ['`VERSION`', '0x84 Unsupported Protocol Version', '1 Connection Refused, unacceptable protocol version'],
    ['`ERR_MQTT_DUP_AT_QOS_0`', 'DUP is set at QoS 0', '`MALFORMED` 0x81', '–', 'MQTT-3.3.1-2', 'MQTT-3.3.1-2'],
    ['`ERR_MQTT_INVALID_QOS`', 'QoS is not 0, 1 or 2', '`MALFORMED` 0x81<br>5.0, SUBSCRIBE: `PROTOCOL` 0x82', '–',
      'CONNECT: MQTT-3.1.2-14<br>PUBLISH: MQTT-3.3.1-4<br>SUBSCRIBE: MQTT-3.8.3-4', 'CONNECT: MQTT-3.1.2-12<br>PUBLISH: MQTT-3.3.1-4'],
  ])('has a row for %s %s', (...cells) => {
    expect(row(...cells)).toEqual(cells);
  });
});

describe('conformance.md', () => {
  type Made = Omit<CollectedTest, 'folder' | 'file'>;
  const tests: readonly Made[] = [
    { line: 1, kind: 'decodes', id: 'MQTT-1', says: 'a case' },
    { line: 2, kind: 'decodes', id: 'MQTT-1', says: '# in a loop' },
    { line: 2, kind: 'decodes', id: 'MQTT-1', says: '+ in a loop' },
    ...[3, 4, 5, 6, 6, 7, 8].map(
      (line): Made => ({
        line,
        kind: 'decodes',
        id: 'MQTT-1',
        says: `at ${line}`,
      }),
    ),
    { line: 9, kind: 'refusesToEncode', id: 'MQTT-1', says: 'a | b' },
    ...[1, 2, 3, 4, 5, 6].map(
      (line): Made => ({ line, kind: 'it', id: 'MQTT-2', says: `${line}` }),
    ),
  ];
  const version = {
    title: 'A version',
    folder: 'folder',
    statements: [
      { id: 'MQTT-1', says: 'one holds', kinds: [] },
      { id: 'MQTT-2', says: 'so does two', kinds: [] },
      { id: 'MQTT-3', says: 'three is forgotten', kinds: [] },
    ],
    options: [],
    otherFiles: [],
  };

  it('counts the tests of each statement and names some', () => {
    const collected = tests.map((test) => ({ folder: 'folder', file: 'a.test.ts', ...test }));
    const text = conformanceDocument([version], collected);
    const lines = text.slice(text.indexOf('### MQTT-1')).split('\n');
    expect(lines.filter((line) => line !== '')).toEqual([
      '### MQTT-1',
      'One holds.',
      '- **decodes** (10): a case; # in a loop *(and 1 like it)*; at 3; at 4; at 5; *… and 4 more*',
      '- **refuses to encode** (1): a \\| b',
      '### MQTT-2',
      'So does two.',
      '- **other** (6): 1; 2; 3; 4; 5; 6',
      '### MQTT-3',
      'Three is forgotten.',
      'No test.',
      '## A version: options',
    ]);
    expect(text).toMatch(/\| A version \| 3 +\| 0 +\| 17 +\| 10 +\| 0 +\| 0 +\| 1 +\| 6 +\|/);
  });
});

describe('Markdown', () => {
  it('takes nothing in text for its own, and shows all of it', () => {
    expect(escapeMarkdown('a|b *c* <d> `e` \\ _f_ [g] \u0001\uffff')).toBe(
      'a\\|b \\*c\\* \\<d\\> \\`e\\` \\\\ \\_f\\_ \\[g\\] \\\\u{1}\\\\u{ffff}',
    );
  });

  it('breaks text between words, and begins no list or heading by that', () => {
    const word = 'x'.repeat(110);
    expect(paragraph(`${word} abcdefghi # b`)).toEqual([`${word} abcdefghi`, '\\# b']);
    expect(paragraph(`${word} abcdefghi 1. b`, '- ')).toEqual([`- ${word}`, '  abcdefghi 1. b']);
    expect(paragraph(`${word} abcdefg 1. b`, '- ')).toEqual([`- ${word} abcdefg`, '  1\\. b']);
  });

  it('aligns tables', () => {
    expect(table(['a', 'long'], [['1', '2']])).toEqual([
      '| a   | long |',
      '| --- | ---- |',
      '| 1   | 2    |',
    ]);
  });
});
