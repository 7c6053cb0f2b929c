/** `docs/migrating-from-mqtt-packet.md` says with bytes what is different: that is so. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hex } from '../support/hex.js';
import { faultsIn, seenByOurs, seenByTheirs } from './parsing.js';

const DOCUMENT = readFileSync(
  new URL('../../docs/migrating-from-mqtt-packet.md', import.meta.url),
  'utf8',
);

interface Row {
  readonly bytes: string;
  readonly isMqtt5: boolean;
  readonly codes: readonly string[];
}

/** The rows of the first table behind this text that give whole frames. */
function rowsBehind(text: string): Row[] {
  const table = (DOCUMENT.split(text)[1] as string).split('\n\n')[1] as string;
  return table
    .split('\n')
    .map((line) => ({ line, bytes: /^\| `([0-9a-f ]+)`(?:, MQTT 5.0)? \|/.exec(line)?.[1] }))
    .filter(({ line, bytes }) => bytes !== undefined && !line.includes('` twice'))
    .map(({ line, bytes }) => ({
      bytes: bytes as string,
      isMqtt5: line.includes('MQTT 5.0 |') || line.includes(' property '),
      codes: [...line.matchAll(/`(ERR_\w+)`/g)].map(([, code]) => code as string),
    }));
}

function optionsOf({ isMqtt5 }: Row): { protocolVersion?: number } {
  return isMqtt5 ? { protocolVersion: 5 } : {};
}

function codesOf(row: Row, strict: boolean): unknown[] {
  return faultsIn([hex(row.bytes)], { ...optionsOf(row), strict }).map(
    (error) => (error as { code?: string }).code,
  );
}

describe('what still passes', () => {
  const rows = rowsBehind('**What still passes**');

  it('has rows', () => expect(rows).toHaveLength(13));

  it.each(rows)('$bytes', (row) => {
    const frame = [hex(row.bytes)];
    expect(seenByOurs(frame, optionsOf(row))).toEqual(seenByTheirs(frame, optionsOf(row)));
    expect(codesOf(row, true)).toEqual(row.codes);
  });
});

describe('what is refused now', () => {
  const rows = rowsBehind('**What is refused now.**');

  it('has rows', () => expect(rows).toHaveLength(12));

  it.each(rows)('$bytes', (row) => {
    expect(seenByTheirs([hex(row.bytes)], optionsOf(row)).errors).toEqual([]);
    const codes = codesOf(row, false);
    expect(codes).toHaveLength(1);
    expect(row.codes).toContain(codes[0]);
  });
});

describe('what is read now', () => {
  const rows = rowsBehind('**What is read now:**');

  it('has rows', () => expect(rows).toHaveLength(1));

  it.each(rows)('$bytes', (row) => {
    expect(seenByTheirs([hex(row.bytes)], optionsOf(row)).errors).toHaveLength(1);
    expect(codesOf(row, true)).toEqual([]);
  });
});
