/** `docs/conformance.md`: every statement with its tests, made from their names. */
import type { CollectedTest } from '../conformance/collect.js';
import { KINDS, type Kind, type Statement } from '../conformance/statement.js';
import type { Version } from '../conformance/versions.js';
import { count, escapeMarkdown, generatedBy, paragraph, table } from './markdown.js';

/** Cases named of one statement and kind. */
const CASES_SHOWN = 5;

const KIND_NAMES: Readonly<Record<Kind, string>> = {
  decodes: 'decodes',
  refuses: 'refuses',
  encodes: 'encodes',
  refusesToEncode: 'refuses to encode',
  it: 'other',
};

/** Tests by the line that makes them: those of a loop together. */
function byLine(tests: readonly CollectedTest[]): CollectedTest[][] {
  const groups = new Map<string, CollectedTest[]>();
  for (const test of tests) {
    const place = `${test.file}:${test.line}`;
    groups.set(place, [...(groups.get(place) ?? []), test]);
  }
  return [...groups.values()];
}

/** The names of tests, those that one loop makes as one with their number. */
function cases(tests: readonly CollectedTest[]): string {
  const groups = byLine(tests);
  // A single one more takes no more room than to say so.
  const most = groups.length === CASES_SHOWN + 1 ? groups.length : CASES_SHOWN;
  const shown = groups.slice(0, most).map(([first, ...alike]) => {
    const name = escapeMarkdown((first as CollectedTest).says);
    return alike.length === 0 ? name : `${name} *(and ${count(alike.length)} like it)*`;
  });
  const hidden = groups.slice(most).flat().length;
  return [...shown, ...(hidden === 0 ? [] : [`*… and ${count(hidden)} more*`])].join('; ');
}

function statementLines({ id, says }: Statement, tests: readonly CollectedTest[]): string[] {
  const own = tests.filter((test) => test.id === id);
  const kinds = KINDS.flatMap((kind) => {
    const ofKind = own.filter((test) => test.kind === kind);
    if (ofKind.length === 0) return [];
    return paragraph(`**${KIND_NAMES[kind]}** (${count(ofKind.length)}): ${cases(ofKind)}`, '- ');
  });
  const text = `${says.charAt(0).toUpperCase()}${says.slice(1)}.`;
  return [
    `### ${escapeMarkdown(id)}`,
    '',
    ...paragraph(escapeMarkdown(text)),
    '',
    ...(kinds.length === 0 ? ['No test.'] : kinds),
    '',
  ];
}

function versionLines(version: Version, all: readonly CollectedTest[]): string[] {
  const { title, folder, statements, options } = version;
  const tests = all.filter((test) => test.folder === folder);
  const section = (heading: string, rows: readonly Statement[]) => [
    `## ${heading}`,
    '',
    ...rows.flatMap((row) => statementLines(row, tests)),
  ];
  return [...section(`${title}: statements`, statements), ...section(`${title}: options`, options)];
}

function summaryLines(versions: readonly Version[], all: readonly CollectedTest[]): string[] {
  const rows = versions.map(({ title, folder, statements, options }) => {
    const tests = all.filter((test) => test.folder === folder);
    const ofKind = (kind: Kind) => count(tests.filter((test) => test.kind === kind).length);
    return [
      title,
      count(statements.length),
      count(options.length),
      count(tests.length),
      ...KINDS.map(ofKind),
    ];
  });
  const head = [
    'version',
    'statements',
    'options',
    'tests',
    ...KINDS.map((kind) => KIND_NAMES[kind]),
  ];
  return table(head, rows);
}

/** The document, made from the tests that were collected for these versions. */
export function conformanceDocument(
  versions: readonly Version[],
  tests: readonly CollectedTest[],
): string {
  const kinds: readonly (readonly [Kind, string])[] = [
    [
      'decodes',
      'a frame is legal and is read as a certain packet; the encoder makes the same bytes of that',
    ],
    [
      'refuses',
      'a frame breaks the statement: a certain error, at a certain byte; what came before it stands',
    ],
    ['encodes', 'a packet is written as certain bytes'],
    ['refusesToEncode', 'a packet breaks the statement, and no byte of it leaves'],
    ['it', 'what fits none of these'],
  ];
  return [
    '# Conformance',
    '',
    ...generatedBy('the names of the tests in test/conformance/'),
    '',
    ...paragraph(
      'What the specifications of MQTT ask of a codec, statement by statement, and the tests that hold this one to it. ' +
        'This page is made from the names of the tests by `npm run docs`, and a test fails when it is not up to date. ' +
        'Statements that have no number in the specification go by their section and a few words. Statements about sessions ' +
        '(the reuse of identifiers, keep alive, quotas, the order of delivery) are not a codec’s and not here.',
    ),
    '',
    ...kinds.flatMap(([kind, text]) => paragraph(`**${KIND_NAMES[kind]}**: ${text}.`, '- ')),
    '',
    ...paragraph(
      'Each test that decodes reads its frame with every scanner, with the decoder of every side that may receive it, between ' +
        'other packets, and cut in every way: whole, byte by byte, and in two at each position; only where there are ' +
        'very many cases or very long frames not at all of them. Expected bytes, packets and errors are written ' +
        'down in the tests as the specification has them.',
    ),
    '',
    ...summaryLines(versions, tests),
    '',
    ...versions.flatMap((version) => versionLines(version, tests)),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}
