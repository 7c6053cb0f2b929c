/** What the document says of the ingest server, from figures made here. */
import { describe, expect, it } from 'vitest';
import { figuresOf, type Round } from '../../bench/ingest/figures.js';
import { CONNECTIONS, LOAD_NAMES } from '../../bench/ingest/loads.js';
import { type ReadRound, readFiguresOf } from '../../bench/ingest/reads/figures.js';
import {
  allPass,
  caseTable,
  gateTable,
  handOffTable,
  type IngestReport,
  readTable,
  waitTable,
} from '../../bench/ingest/report.js';
import type { RunResult } from '../../bench/ingest/run.js';
import { ingestPlots } from '../../bench/report/ingest-plots.js';
import { ingestSections } from '../../bench/report/ingest-sections.js';

const did = (perSecond: number, cpu: number): RunResult => ({
  perSecond,
  cpu,
  cores: 0.75,
  generator: 0.25,
});

function round(ingest: number): Round {
  return {
    aedes: did(1000, 3.21),
    override: did(2000, 1.5),
    mosquitto: did(1500, 4),
    ingest: did(ingest, 0.054),
    ingest1: did(ingest / 2, 0.2),
    ingest2: did(ingest / 3, 0.3),
  };
}

const read = (data: number, slabs: number): ReadRound => ({
  data: { cpu: data, perSecond: 1 },
  copy: { cpu: 2 * data, perSecond: 0.5 },
  slabs: { cpu: slabs, perSecond: 2 },
});

const report: IngestReport = {
  command: 'npm run bench:ingest -- --rounds 3',
  commit: 'abcdef012',
  machine: {
    cpu: 'Some CPU',
    cores: 2,
    node: '20.1.2',
    v8: '1',
    platform: 'linux x64',
    mqttPacket: '9.9.9',
    load: 0,
  },
  aedes: '1.2.3',
  mosquitto: '2.3.4',
  milliseconds: 1234,
  cases: LOAD_NAMES.flatMap((load) =>
    CONNECTIONS.map((connections) =>
      figuresOf({ load, connections }, [round(9000), round(6000), round(12_000)]),
    ),
  ),
  reads: [readFiguresOf('counted', [read(800, 200)])],
  waiting: [
    {
      title: '3 send',
      cpu: 98.7,
      range: [87.6, 109.8],
      ratio: { median: 1.23, range: [1.12, 1.34] },
      batchesBetween: 7.89,
    },
  ],
  handOffs: [
    {
      way: 'ring',
      title: 'ring',
      workers: 2,
      sender: 8765,
      receiver: 4321,
      perSecond: 12_345_678,
      range: [11_000_000, 13_000_000],
    },
  ],
};
const plots = ingestPlots(report);

describe('the document', () => {
  const text = ingestSections(report, plots).join('\n\n');

  it('says where the figures come from', () => {
    for (const told of ['--rounds 3', 'Some CPU, 2 cores', 'aedes 1.2.3', 'Mosquitto 2.3.4']) {
      expect(text.replaceAll(/\s+/g, ' ')).toContain(told);
    }
    expect(text).toContain('1234 ms');
    expect(text).not.toMatch(/undefined|NaN|\[object/);
  });

  it('has them where they belong', () => {
    const first = '| small, QoS 0, one connection | aedes, mqtt-packet | 1,000 |  | ';
    expect(text).toContain(`${first}0.67 (0.67 to 0.67) | 3.21 | 0.75 | 0.25 |`);
    const times = '9.00 (6.00 to 12.0) | 6.00 (4.00 to 8.00)';
    expect(text).toContain(`|  | ingest | 9,000 | ${times} | 0.054 | 0.75 | 0.25 |`);
    expect(text).toContain('|  | read into slabs | 200 | 0.25 (0.25 to 0.25) | 2.00 |');
    expect(text).toContain('| 3 send | 98.7 | 1.23 (1.12 to 1.34) | 7.89 |');
    expect(text).toContain('| ring | 2 | 8,765 | 4,321 | 12,345,678 | 11,000,000 to 13,000,000 |');
    expect(text).toMatch(/ingest to Mosquitto \| 6\.00 \| ≥ 3 \| ≥ 5 \|/);
    expect(text).toMatch(/slabs to data events \| 0\.25 \| ≤ 0\.6 \| ≤ 0\.6 \|/);
    expect(text).toContain('](plots/ingest.svg)');
  });

  it('leaves out what was not measured', () => {
    const { mosquitto: _, ...rest } = round(9000);
    const cases = [figuresOf({ load: 'qos0', connections: 1 }, [rest])];
    const some = { ...report, mosquitto: undefined, cases, reads: [], waiting: [], handOffs: [] };
    expect(ingestPlots(some)).toEqual([]);
    const told = ingestSections(some, []).join('\n\n');
    expect(told).not.toMatch(
      /Mosquitto 2|What reading takes|What waiting takes|handing over|plots\/|undefined|NaN/,
    );
    expect(told).toMatch(/ingest to Mosquitto \| {2}\| ≥ 5/);
  });
});

it('draws who is beside aedes, with few connections and with many', () => {
  expect(plots.map(({ name }) => name)).toEqual(['ingest.svg']);
  for (const told of ['Mosquitto', 'aedes, mqtt-wasm', '>ingest<', '>9.00<', '>1.50<']) {
    expect(plots[0]?.svg).toContain(told);
  }
  expect(plots[0]?.svg).not.toMatch(/NaN|undefined/);
});

it('prints tables, with what is met and what is not', () => {
  expect(caseTable(report.cases)).toMatch(/ingest +│ +9,000 │ +9\.00 \(6\.00 to 12\.0\)/);
  expect(readTable(report.reads)).toMatch(/read into slabs +│ +200/);
  expect(waitTable(report.waiting)).toMatch(/3 send +│ +98\.7 │ 87\.6 to 110 │ 1\.23/);
  expect(handOffTable(report.handOffs)).toMatch(/ring +│ +2 │ +8,765 │ +4,321 │ +12,345,678/);
  expect(gateTable(report)).not.toContain('FAIL');
  expect(allPass(report)).toBe(true);
  const slow = { ...report, cases: [figuresOf({ load: '4k', connections: 1 }, [round(800)])] };
  expect(gateTable(slow)).toMatch(/4 KiB.*FAIL/);
  expect(allPass(slow)).toBe(false);
});
