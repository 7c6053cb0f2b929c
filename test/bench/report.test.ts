/** The document and its plots, from reports made here: every figure is where it belongs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { figuresOf, type Round } from '../../bench/aedes/figures.js';
import { DROP_IN } from '../../bench/compat/parser.js';
import { CURVES } from '../../bench/curves.js';
import { SINGLE_NAMES } from '../../bench/encode.js';
import { RATIO_GATES } from '../../bench/gates.js';
import { benchmarkDocument } from '../../bench/report/document.js';
import { plotsOf } from '../../bench/report/plots.js';
import {
  figure,
  findResult,
  makeReport,
  type Report,
  readReport,
} from '../../bench/report/report.js';
import { caseTables, table } from '../../bench/report/tables.js';
import type { CaseResult, Result } from '../../bench/run.js';
import { WORKLOAD_IDS } from '../../bench/workloads.js';

const SCANNERS = ['wasm-simd', 'wasm-scalar', 'baseline'];

function result(contestant: string, time: number, reference: number): Result {
  return {
    contestant,
    nanosecondsPerPacket: time,
    packetsPerSecond: 1e9 / time,
    mebibytesPerSecond: 1,
    ratio: reference / time,
    marginOfError: 1,
    spread: 7,
    rounds: [time],
  };
}

/** A case in which the contestants take 10, 20, 30 ns and so on, and mqtt-packet 1,000. */
function caseOf(
  id: string,
  contestants: readonly string[],
  about: Partial<CaseResult> = {},
): CaseResult {
  return {
    id,
    kind: id.slice(0, id.lastIndexOf('/')) as CaseResult['kind'],
    title: `the title of ${id}`,
    packets: 10,
    byteLength: 100,
    reference: 'mqtt-packet',
    results: [
      ...contestants.map((name, index) => result(name, 10 * (index + 1), 1000)),
      result('mqtt-packet', 1000, 1000),
    ],
    ...about,
  };
}

function contestantsOf(curve: string): string[] {
  if (curve === 'frame-a-chunk') return SCANNERS;
  return curve === 'colliding-topics'
    ? [...SCANNERS, ...SCANNERS.map((name) => `${name}, keys known`)]
    : [...SCANNERS, 'wasm-simd, packets'];
}

function reportOf(node: string): Report {
  const splitters = SCANNERS.map((name) => `${name}, batch.length`);
  return makeReport({
    command: 'npm run bench',
    commit: 'abcdef012',
    machine: {
      cpu: 'Some CPU',
      cores: 2,
      node,
      v8: '1',
      platform: 'linux x64',
      mqttPacket: '9.9.9',
      load: 0,
    },
    timing: { time: 500, rounds: 5 },
    cases: [
      ...WORKLOAD_IDS.map((id) => caseOf(`batch/${id}`, SCANNERS)),
      ...WORKLOAD_IDS.map((id) =>
        caseOf(`split/${id}`, [...splitters, 'floor: loop without any check']),
      ),
      ...WORKLOAD_IDS.map((id) => caseOf(`decode/${id}`, SCANNERS)),
      ...['publish', 'puback', 'publish5'].map((id) => caseOf(`encode/${id}`, ['encode()'])),
      ...WORKLOAD_IDS.map((id) => caseOf(`compat/parser/${id}`, [DROP_IN])),
      ...SINGLE_NAMES.flatMap((id) => [
        caseOf(`compat/generate/${id}`, [DROP_IN]),
        caseOf(`compat/write/${id}`, [DROP_IN]),
      ]),
      caseOf('stream/A', ["packets, 'data'"]),
      ...CURVES.flatMap(({ name: curve, xs }) =>
        xs.map((x) =>
          caseOf(`growth/${curve}/${x}`, contestantsOf(curve), {
            point: { curve, x },
          }),
        ),
      ),
    ],
    memory: [
      { id: 'memory/heap/batch/A', title: 'batch', value: 0.25, unit: 'bytes allocated a frame' },
      { id: 'memory/copies/wasm-simd/D', title: 'in', value: 1.75, unit: 'bytes copied' },
      { id: 'memory/decoders/idle', title: 'a decoder idle', value: 222, unit: 'bytes a decoder' },
      ...[DROP_IN, 'mqtt-packet'].map((name, index) => ({
        id: `memory/parsers/${name}/idle`,
        title: `${name}: a parser idle`,
        value: 500 * (index + 1),
        unit: 'bytes a parser',
      })),
    ],
  });
}

const report = reportOf('20.1.2');
const other = reportOf('26.3.4');
const plots = plotsOf(report);
const document = benchmarkDocument([report, other], plots);

describe('the document', () => {
  it('says where the figures come from', () => {
    for (const told of [
      'npm run bench\n',
      'Some CPU, 2 cores',
      'Node.js 20.1.2',
      'abcdef012',
      'mqtt-packet 9.9.9',
      '±7 %',
    ]) {
      expect(document).toContain(told);
    }
  });

  it('has the figures of every case, and ratios to the reference', () => {
    for (const { id, title } of report.cases.filter(({ kind }) => kind === 'decode')) {
      const letter = id.at(-1);
      expect(document).toContain(
        `| ${letter}: ${title} | 10.0 (100) | 20.0 (50.0) | 30.0 (33.3) | 1,000 |`,
      );
    }
    expect(document).toContain('| the title of encode/puback | 10.0 (100) | 1,000 |');
    expect(document).toContain('| 262,144 | 10.0 | 20.0 | 30.0 | 40.0 | 1,000 |');
    expect(document).toContain('| a decoder idle | 222 |');
    expect(document).toContain('| mqtt-packet: a parser idle | 1,000 |');
    expect(document).toContain('| A: the title of compat/parser/A | 10.0 (100) | 1,000 |');
    expect(document).toContain('| the title of compat/write/publish | 10.0 (100) | 1,000 |');
    expect(document).toContain('| 1.75 |');
    expect(document).not.toMatch(/undefined|NaN|\[object/);
  });

  it('compares versions of Node.js', () => {
    expect(document).toContain('|  | 20.1.2 | 26.3.4 | gate | goal |');
    for (const { caseId, gate, goal, asked, against } of RATIO_GATES) {
      const ratio = against === 'baseline' ? '3.00' : '100';
      const held = asked === undefined ? `≥ ${gate}` : `≥ ${gate} (asked: ${asked})`;
      expect(document).toContain(`to ${against} | ${ratio} | ${ratio} | ${held} | ≥ ${goal} |`);
      expect(document).toContain(`| ${caseId}, `);
    }
    expect(document).toContain('| 0.25 | 0.25 | < 1 | < 1 |');
    expect(document).toContain(
      '/idle to memory/parsers/mqtt-packet/idle | 0.50 | 0.50 | < 1 | < 1 |',
    );
  });

  it('has figures in its prose', () => {
    const words = document.replaceAll(/\s+/g, ' ');
    expect(words).toContain('takes the loop without any check 40.0 ns a packet');
    expect(words).toContain('`wasm-simd` is ahead of `baseline` at every size');
    expect(words).toContain('a packet of the 65,536 topics would take 40.0 ns instead of 10.0,');
  });

  it.each([
    ['chunk', 64, 256],
    ['frame-a-chunk', 7, 8],
  ])('says from where on a scanner is ahead: %s', (curve, last, from) => {
    const cases = report.cases.map((each) =>
      each.point?.curve === curve && each.point.x <= last
        ? { ...each, results: [...each.results, result('wasm-simd', 99, 1)].slice(1) }
        : each,
    );
    const words = benchmarkDocument([{ ...report, cases }], plots).replaceAll(/\s+/g, ' ');
    expect(words).toContain(
      `\`wasm-simd\` is ahead of \`baseline\` from ${from} bytes on, \`wasm-scalar\` at every size`,
    );
  });

  it('shows every plot', () => {
    for (const { name, alt } of plots) expect(document).toContain(`![${alt}](plots/${name})`);
  });

  it('tells of aedes where there is a report of it, and nothing where there is none', () => {
    const round = (own: number, other: number): Round => ({
      'mqtt-packet': { perSecond: other, cpu: 3.21, generator: 0.1 },
      'mqtt-wasm': { perSecond: own, cpu: 1.23, generator: 0.1 },
    });
    const { command, commit, machine } = report;
    const shares = {
      codec: 0.5,
      aedes: 0.25,
      'streams and sockets': 0,
      collection: 0.25,
      'the rest': 0,
    };
    const told = benchmarkDocument([report], plots, {
      command,
      commit,
      machine,
      aedes: '1.2.3',
      milliseconds: 1234,
      loads: [figuresOf('qos0', [round(3000, 1000), round(5000, 1000), round(2000, 1000)])],
      profiles: [{ title: 'some load', side: 'mqtt-wasm', shares }],
    });
    expect(told).toContain('| 1,000 | 3,000 | 3.00 | 2.00 to 5.00 | 3.21 | 1.23 | ≥ 1.5 | ≥ 1.8 |');
    expect(told).toContain('| some load | mqtt-wasm | 50 | 25 | 0 | 25 | 0 |');
    expect(told).toContain('aedes 1.2.3');
    expect(told).not.toMatch(/undefined|NaN|\[object/);
    expect(document).not.toContain('aedes over loopback');
  });

  it('refuses to be made of a report that lacks cases', () => {
    const cases = report.cases.filter(({ id }) => id !== 'split/E');
    expect(() => benchmarkDocument([{ ...report, cases }], plots)).toThrow(/in split\/E/);
  });
});

describe('the plots', () => {
  it.each(plots.map((plot) => [plot.name, plot] as const))('%s', (_, { svg, alt }) => {
    expect(svg).toMatch(/^<svg [^>]*width="900"/);
    expect(svg).toContain(`<title>${alt}</title>`);
    // A ground of its own, for pages that are dark.
    expect(svg).toContain('fill="#ffffff"');
    expect(svg).toContain('Some CPU, 2 cores, linux x64, Node.js 20.1.2');
    expect(svg.length).toBeLessThan(40_000);
    expect(svg).not.toMatch(/NaN|undefined/);
    // Attributes and nothing else in every tag, or no program can read it.
    for (const tag of svg.match(/<[^>]*>/g) ?? []) {
      expect(tag).toMatch(/^<(\/[\w:]+|[\w:]+(\s+[\w:-]+="[^"]*")*\s*\/?)>$/);
    }
  });

  it('are the same when they are made again', () => {
    expect(plotsOf(report)).toEqual(plots);
  });
});

describe('the parts', () => {
  it('writes figures with about three digits', () => {
    expect([0.044, 1, 12.34, 999.4, 12_345.6].map(figure)).toEqual([
      '0.04',
      '1.00',
      '12.3',
      '999',
      '12,346',
    ]);
  });

  it('puts figures to the right', () => {
    expect(table(['a', 'b'], [['c', '1']])).toBe('| a | b |\n| --- | ---: |\n| c | 1 |');
  });

  it('makes a table for each set of contestants', () => {
    const cases = [caseOf('encode/a', ['x']), caseOf('encode/b', ['y']), caseOf('encode/c', ['x'])];
    const [first, second, ...rest] = caseTables({ cases }, 'encode').split('\n\n');
    expect(rest).toEqual([]);
    expect(first).toMatch(/encode\/a.*\n.*encode\/c/);
    expect(second).toMatch(/encode\/b/);
  });

  it('finds a result, or tells that it is not there', () => {
    expect(findResult(report, 'batch/A', 'baseline')?.nanosecondsPerPacket).toBe(30);
    expect(findResult(report, 'batch/A', 'nobody')).toBeUndefined();
    expect(findResult(report, 'batch/Z', 'baseline')).toBeUndefined();
  });

  it('reads what was written, and nothing else', () => {
    const directory = mkdtempSync(join(tmpdir(), 'mqtt-wasm-report-'));
    try {
      const file = join(directory, 'report.json');
      expect(() => readReport(file)).toThrow(/is not there/);
      writeFileSync(file, JSON.stringify({ ...report, format: 1 }));
      expect(() => readReport(file)).toThrow(/not a report of format 2/);
      writeFileSync(file, JSON.stringify(report));
      expect(readReport(file)).toEqual(report);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
