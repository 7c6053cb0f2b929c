/** `docs/benchmarks.md`: the prose stands here, the figures come from the reports. */
import { TINY } from '../../src/scanner/wasm.js';
import type { AedesReport } from '../aedes/report.js';
import { CURVES } from '../curves.js';
import type { IngestReport } from '../ingest/report.js';
import { ratioBetween } from '../run.js';
import { workloadOf } from '../workloads.js';
import { describeHost } from './about.js';
import { aedesTable, profileTable } from './aedes.js';
import type { Plot } from './draw.js';
import { ingestSections } from './ingest-sections.js';
import { image, item, prose } from './prose.js';
import { figure, findResult, type Report } from './report.js';
import {
  caseTables,
  curveTable,
  memoryMatrix,
  memoryTable,
  streamTable,
  versionTable,
} from './tables.js';

/** A report, asked for figures that must be there. */
class Figures {
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  #result(id: string, contestant: string) {
    const result = findResult(this.#report, id, contestant);
    if (result === undefined) {
      throw new Error(`the first report has no ${contestant} in ${id}: it must be of a whole run`);
    }
    return result;
  }

  /** Nanoseconds a packet, as a number. */
  time(id: string, contestant: string): number {
    return this.#result(id, contestant).nanosecondsPerPacket;
  }

  ns(id: string, contestant: string): string {
    return figure(this.time(id, contestant));
  }

  /** How many times as fast as mqtt-packet. */
  times(id: string, contestant: string): string {
    return figure(this.#result(id, contestant).ratio);
  }

  /** How many times as long one takes as another. */
  quotient(id: string, slow: string, fast: string): string {
    return figure(this.time(id, slow) / this.time(id, fast));
  }

  /** How many times as fast one is as another, round by round: a machine that changes its pace does that to both. */
  #ratio(id: string, contestant: string, other: string): number {
    return ratioBetween(this.#result(id, contestant), this.#result(id, other));
  }

  ahead(id: string, contestant: string, other: string): string {
    return figure(this.#ratio(id, contestant, other));
  }

  /** The smallest x of a curve, in bytes, from which on `contestant` is ahead of `other`, in words. */
  crossover(curve: string, contestant: string, other: string): string {
    const xs = CURVES.find(({ name }) => name === curve)?.xs ?? [];
    const isAhead = (x: number) => this.#ratio(`growth/${curve}/${x}`, contestant, other) > 1;
    const behind = xs.findLastIndex((x) => !isAhead(x));
    const from = xs[behind + 1];
    if (from === undefined) return 'at no size';
    return from === xs[0] ? 'at every size' : `from ${from.toLocaleString('en')} bytes on`;
  }

  memory(task: string) {
    return this.#report.memory.filter(({ id }) => id.startsWith(`memory/${task}/`));
  }
}

/** Half of the figures vary by more than this from round to round, in percent. */
function typicalSpread({ cases }: Report): string {
  const spreads = cases.flatMap(({ results }) => results.map(({ spread }) => spread));
  spreads.sort((a, b) => a - b);
  return (spreads[spreads.length >> 1] ?? 0).toFixed(0);
}

function titleOf(letter: string): string {
  return workloadOf(letter).title;
}

const CURVE_TITLES: Readonly<Record<string, string>> = {
  payload: 'Payload size',
  topics: 'Number of topics',
  'colliding-topics': 'Topics chosen to collide',
  'topic-length': 'Topic length',
  chunk: 'Chunk size',
  'frame-a-chunk': 'A frame a chunk',
  connections: 'Connections',
};

/** The curves whose points stand under another one's plot. */
const TOGETHER: Readonly<Record<string, readonly string[]>> = {
  'topic-length': ['topic-length', 'accented-topic-length'],
};

function growthSections(report: Report, figures: Figures, plots: readonly Plot[]): string[] {
  const remarks: Readonly<Record<string, string>> = {
    payload: `No scanner looks at payload bytes; what grows is the number of chunks that a packet takes, and that a
      payload which ends in another chunk is joined once.`,
    topics: `The topics come by turns, which is the hardest order for a dictionary that is bounded: none is back before
      all others were there. A million of them, each with its 30 bytes: ${figures.ns('growth/topics/1000000', 'wasm-simd')} ns
      a packet, against ${figures.ns('growth/topics/1', 'wasm-simd')} with a single one. Packets, whose topics are strings:
      ${figures.ns('growth/topics/1000000', 'wasm-simd, packets')} against ${figures.ns('growth/topics/1', 'wasm-simd, packets')}.`,
    'colliding-topics': `The scanners alone, no frame looked at but in the frame table. The topics are as long as the topic dictionary
      takes them, and chosen so that all of them share one of its sets of four places for whoever knows the keys of its hash
      (\`keys known\`); without them, as everywhere else, the same topics are scattered. Nobody outside knows the keys; and if
      somebody did, a packet of the ${(65_536).toLocaleString('en')} topics would take
      ${figures.ns('growth/colliding-topics/65536', 'wasm-simd, keys known')} ns instead of
      ${figures.ns('growth/colliding-topics/65536', 'wasm-simd')}, and one of 16 topics
      ${figures.ns('growth/colliding-topics/16', 'wasm-simd, keys known')} instead of
      ${figures.ns('growth/colliding-topics/16', 'wasm-simd')}: four places are compared, never more.`,
    'topic-length': `Every byte of a topic is checked. In an accented topic, two bytes of three are a character beyond ASCII.`,
    chunk: `\`wasm-simd\` is ahead of \`baseline\` ${figures.crossover('chunk', 'wasm-simd', 'baseline')}, \`wasm-scalar\`
      ${figures.crossover('chunk', 'wasm-scalar', 'baseline')}. A small PUBLISH has 66 bytes: with smaller chunks, collecting is most of the work.`,
    'frame-a-chunk': `The scanners alone, no frame looked at but in the frame table: a PINGREQ of 2 bytes, a PUBACK of 4, a PUBLISH
      from 6 on. WebAssembly is handed every chunk here, and \`wasm-simd\` is ahead of \`baseline\`
      ${figures.crossover('frame-a-chunk', 'wasm-simd', 'baseline')}, \`wasm-scalar\`
      ${figures.crossover('frame-a-chunk', 'wasm-scalar', 'baseline')}: \`wasm-simd\` is
      ${figures.ahead('growth/frame-a-chunk/4', 'wasm-simd', 'baseline')} times as fast with 4 bytes,
      ${figures.ahead('growth/frame-a-chunk/7', 'wasm-simd', 'baseline')} times with 7,
      ${figures.ahead('growth/frame-a-chunk/66', 'wasm-simd', 'baseline')} times with 66. Everywhere else the WebAssembly scanners
      leave to TypeScript what has less than ${TINY} bytes.`,
    connections: `A decoder for each connection, all over one WebAssembly instance; each chunk goes to the next of them.
      Making the decoders is not timed.`,
  };
  return Object.entries(CURVE_TITLES).map(([name, title]) => {
    const plot = plots.find((each) => each.name === `${name}.svg`);
    const tables = (TOGETHER[name] ?? [name]).map((curve) => curveTable(report, curve));
    return [
      `### ${title}`,
      ...(plot === undefined ? [] : [image(plot)]),
      prose(remarks[name] ?? ''),
      ...tables,
    ].join('\n\n');
  });
}

function dropInSections(
  report: Report,
  figures: Figures,
  plots: readonly Plot[],
  aedes: AedesReport | undefined,
): string[] {
  const plotOf = (name: string) =>
    plots.filter((plot) => plot.name === `${name}.svg`).map((plot) => image(plot));
  return [
    "## In the place of mqtt-packet: mqtt-packet's own API",
    prose(`The same bytes and packets by way of mqtt-packet's functions, which both packages have. \`parser()\`: the packets that the
      two emit are compared field by field, and what \`parse()\` returns as well.`),
    ...plotOf('drop-in-parser'),
    caseTables(report, 'compat/parser'),
    '`generate()`:',
    caseTables(report, 'compat/generate'),
    prose(`\`writeToStream()\`: 64 packets, which the stream takes without anybody being told to wait, then a turn of the event loop,
      over and over. The stream drops what it gets; that both cork and uncork it is timed as well.`),
    ...plotOf('drop-in-writer'),
    caseTables(report, 'compat/write'),
    ...(aedes === undefined ? [] : aedesSections(aedes)),
    'Bytes that a parser takes while it waits, its two listeners included:',
    memoryTable(figures.memory('parsers'), 'bytes'),
  ];
}

function aedesSections({ command, aedes, milliseconds, loads, profiles }: AedesReport): string[] {
  return [
    `### aedes over loopback\n\n\`\`\`\n${command}\n\`\`\``,
    prose(`aedes ${aedes} from npm, with mqtt-packet and with \`overrides\` that put mqtt-wasm in its place, by turns in processes of
      their own; a third process sends small PUBLISH packets that were encoded before for ${milliseconds} ms. Counted is what the
      broker takes in, or delivers where there are subscribers; what arrives is compared byte by byte with what was sent, in order. A
      ratio is the median of the rounds' ratios. CPU time is the broker's, system calls included.`),
    aedesTable(loads),
    ...(profiles.length === 0
      ? []
      : [prose('Whose code the broker spends its time in, in percent:'), profileTable(profiles)]),
  ];
}

/** The document; the first report is the one whose figures are told, the others are compared with it. */
export function benchmarkDocument(
  reports: readonly Report[],
  plots: readonly Plot[],
  aedes?: AedesReport,
  ingest?: IngestReport,
): string {
  const [report] = reports;
  if (report === undefined) throw new Error('there is no report');
  const figures = new Figures(report);
  const { machine, timing, commit } = report;
  const { ns, times, quotient } = {
    ns: figures.ns.bind(figures),
    times: figures.times.bind(figures),
    quotient: figures.quotient.bind(figures),
  };
  const ratios = plots.find(({ name }) => name === 'ratios.svg');
  const floor = ns('split/A', 'floor: loop without any check');
  const sections = [
    '# Benchmarks',
    '<!-- Made from reports by `npm run bench:report`; the prose stands in bench/report/document.ts: change that, not this. -->',
    `\`\`\`\n${report.command}\n\`\`\``,
    prose(`${describeHost(report)}${commit === undefined ? '' : `; commit ${commit}`}; ${timing.time} ms a contestant
      in ${timing.rounds} rounds. Half of the figures vary by more than ±${typicalSpread(report)} % from round to round.
      Contestants take turns, so the ratios suffer less; a ratio is the median of the rounds' ratios, not the quotient of
      two figures of the table. Read two figures that differ by less than 30 % as equal, and measure on your own machine:
      \`npm run bench -- --help\` lists the options. \`npm run bench:versions\` makes this whole document anew.`),
    ...(ratios === undefined ? [] : [image(ratios)]),
    prose(`The contestants are mqtt-wasm with each of its three scanners (\`wasm-simd\`, \`wasm-scalar\`, and \`baseline\`,
      which is the same in plain TypeScript) and mqtt-packet ${machine.mqttPacket}. All get the same bytes, and before a
      case is timed every packet and every byte that each of them makes of it is compared with what must come out. A small
      PUBLISH has a topic of 30 bytes, one of 64, and a payload of 32. A run is a whole stream, from a new decoder or
      parser to its end. All scanners run in one process, so the engine cannot specialise on one of them; a process that
      uses one alone is somewhat faster.`),
    prose(`mqtt-wasm checks while it decodes (UTF-8, U+0000, wildcards, Packet Identifiers, flags, lengths, properties),
      with every scanner; mqtt-packet checks less.`),
    '## Batch API: chunks to frames that are routed',
    prose(`What a broker looks at to route a frame: type, the number of the topic, QoS, Packet Identifier and the length
      of the payload; mqtt-packet, which numbers no topics, the topic itself. Case D comes in parts, as
      \`publishPartsAbove\` has it: nothing is joined. The honest floor of case A, a hand-written loop that checks nothing
      and hands out nothing but numbers, takes ${floor} ns a packet.`),
    caseTables(report, 'batch', (contestant) => !contestant.startsWith('floor')),
    '## Full decode: chunks to packets',
    caseTables(report, 'decode'),
    '## Splitting: chunks to frames',
    prose(`Nothing is made but the frame table, checks included. mqtt-packet cannot split without decoding, so its figures
      are those of its full decode.`),
    caseTables(
      report,
      'split',
      (contestant) => contestant === 'mqtt-packet' || contestant.endsWith('batch.length'),
    ),
    '## Encoding: packets to bytes',
    caseTables(report, 'encode'),
    ...dropInSections(report, figures, plots, aedes),
    ...(ingest === undefined ? [] : ingestSections(ingest, plots)),
    '## Streams',
    'Case A behind a Node.js stream, all packets decoded.',
    streamTable(report),
    prose(`A stream costs something per item, not per packet. Take batches, from \`decodeBatches()\` or with
      \`deliver: 'batches'\`, and use their packets, above all with \`for await\`.`),
    '## How the cost grows',
    prose(`Nanoseconds a packet along one thing that grows, all else as in case A: \`wasm-simd\`, \`wasm-scalar\` and
      \`baseline\` are the batch API with that scanner.`),
    ...growthSections(report, figures, plots),
    '## Memory',
    'Bytes of the heap allocated for each frame, garbage included, measured over slices in which nothing was collected:',
    memoryMatrix(figures.memory('heap'), titleOf),
    prose(`Bytes copied for each byte received, those that the WebAssembly scanner is given to look at included. mqtt-wasm
      counts them where it copies; for mqtt-packet, stand-ins for the methods that copy do. The text of which strings are made
      is left out:`),
    memoryMatrix(figures.memory('copies'), titleOf),
    'Bytes that a decoder of role `server` takes while it waits:',
    memoryTable(figures.memory('decoders'), 'bytes'),
    '## Versions of Node.js',
    prose(`What \`npm run bench:ci\` holds a change to, by version: how many times as fast, and bytes. The gate is what
      must hold, the goal what is aimed at. Where a lower gate holds than was asked for, [architecture.md](architecture.md#out-of-reach) says why.`),
    versionTable(reports),
    '## Where WebAssembly does not win',
    [
      item(`**Bare splitting.** Finding where frames end takes the loop without any check ${floor} ns a packet. The
        \`wasm-simd\` scanner takes ${ns('split/A', 'wasm-simd, batch.length')}: it copies the chunk in, checks every topic
        and writes a row. It pays where something is done per byte: with the same checks, TypeScript (\`baseline\`) takes
        ${ns('split/A', 'baseline, batch.length')} ns.`),
      item(`**Tiny chunks.** With one byte a chunk the scanners take ${ns('split/F', 'wasm-simd, batch.length')},
        ${ns('split/F', 'wasm-scalar, batch.length')} and ${ns('split/F', 'baseline, batch.length')} ns a packet of 66
        bytes: they hardly run, collecting the bytes is the work. With one small PUBLISH a chunk, \`wasm-simd\` takes
        ${ns('split/E', 'wasm-simd, batch.length')} and \`baseline\` ${ns('split/E', 'baseline, batch.length')} ns, splitting
        only: the call for every packet makes it several times what it is in case A.`),
      item(`**Large payloads.** No scanner looks at payload bytes. With payloads of 4 KiB full decode takes
        ${ns('decode/C', 'wasm-simd')} ns with \`wasm-simd\` and ${ns('decode/C', 'baseline')} with \`baseline\`. A payload
        of 1 MiB over 17 chunks is one copy of a mebibyte whoever joins it: ${times('decode/D', 'wasm-simd')} times
        mqtt-packet. Who takes it in parts, as views of the chunks, pays for no copy: ${times('batch/D', 'wasm-simd')} times.`),
      item(`**Packets as objects.** Of the ${ns('decode/A', 'wasm-simd')} ns a packet of case A, splitting is
        ${ns('split/A', 'wasm-simd, batch.length')}. The rest is JavaScript: a string for the topic, a view for the payload,
        an object. No scanner changes that part, so \`baseline\` takes ${quotient('split/A', 'baseline, batch.length', 'wasm-simd, batch.length')}
        times as long as \`wasm-simd\` at splitting, and ${quotient('decode/A', 'baseline', 'wasm-simd')} times at full decode.`),
      item(`**Properties as objects.** The seven properties of case G are found, checked and passed over in
        ${ns('split/G', 'wasm-simd, batch.length')} ns a packet, and cost ${ns('decode/G', 'wasm-simd')} when they are wanted
        as an object: six strings, a view and two pairs.`),
      item('**Encoding** does not use WebAssembly at all.'),
    ].join('\n'),
  ];
  return `${sections.join('\n\n')}\n`;
}
