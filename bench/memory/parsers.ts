/** What a parser with the API of mqtt-packet takes that waits, ours and theirs, with the listeners that it needs. */
import reference from 'mqtt-packet';
import { parser } from 'mqtt-wasm';
import { DROP_IN } from '../compat/parser.js';
import { REFERENCE } from '../decode.js';
import { ownCopy } from '../workloads.js';
import { bytesEach, CONNECT, HALF_A_PUBLISH, PUBLISH } from './decoders.js';
import type { MemoryFigure, MemoryScale } from './tasks.js';

const CONTESTANTS: Readonly<Record<string, () => reference.Parser>> = {
  [DROP_IN]: () => parser(),
  [REFERENCE]: () => reference.parser(),
};

/** What each parser is given, in chunks of their own. */
const STATES: Readonly<Record<string, readonly [title: string, chunks: readonly Uint8Array[]]>> = {
  new: ['before its CONNECT', []],
  idle: ['idle behind its CONNECT', [CONNECT]],
  'half-publish': [
    `with ${HALF_A_PUBLISH.length} of ${PUBLISH.length} bytes of a PUBLISH`,
    [CONNECT, HALF_A_PUBLISH],
  ],
};

/** Shared, for what a listener keeps is not the parser's. */
function ignore(): void {}

function parserThatGot(make: () => reference.Parser, chunks: readonly Uint8Array[]) {
  const subject = make();
  subject.on('packet', ignore);
  subject.on('error', ignore);
  for (const chunk of chunks) subject.parse(ownCopy(chunk));
  return subject;
}

export function parserFigures({ parsers }: MemoryScale): MemoryFigure[] {
  return Object.entries(STATES).flatMap(([state, [title, chunks]]) =>
    Object.entries(CONTESTANTS).map(([name, make]) => ({
      id: `memory/parsers/${name}/${state}`,
      title: `${name}: a parser ${title}`,
      value: bytesEach(() => parserThatGot(make, chunks), parsers),
      unit: 'bytes a parser',
    })),
  );
}
