/** The benchmark as it is called: options, what it prints, what it writes. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { commandFor } from '../../bench/machine.js';
import { ALL_IDS } from '../../bench/measure.js';
import { parseOptions, UsageError } from '../../bench/options.js';
import type { Report } from '../../bench/report/report.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

function bench(...args: string[]) {
  return spawnSync(process.execPath, ['--import', 'tsx', 'bench/main.ts', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
  });
}

describe('options', () => {
  it('has defaults', () => {
    expect(parseOptions([])).toEqual({
      help: false,
      json: undefined,
      filter: undefined,
      time: 500,
      rounds: 5,
      quick: false,
    });
  });

  it('reads what is given', () => {
    expect(parseOptions(['--time', '50', '--filter', '^ENCODE', '--json', 'out.json'])).toEqual({
      help: false,
      json: 'out.json',
      filter: /^ENCODE/i,
      time: 50,
      rounds: 5,
      quick: false,
    });
    expect(parseOptions(['--quick'])).toMatchObject({ time: 20, rounds: 1 });
    expect(parseOptions(['--quick', '--time', '7'])).toMatchObject({ time: 7, rounds: 1 });
  });

  it.each([
    [['--time', '0'], /--time must be a number of milliseconds above 0, is '0'/],
    [['--time', 'soon'], /--time/],
    [['--filter', '('], /--filter/],
    [['--json', ''], /--json/],
    [['--fast'], /--fast/],
    [['decode'], /decode/],
  ])('refuses %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(message);
  });

  it('quotes arguments in the command it prints', () => {
    expect(commandFor([])).toBe('npm run bench');
    expect(commandFor(['--quick', '--filter', "a|b'"])).toBe(
      "npm run bench -- --quick --filter 'a|b'\\'''",
    );
  });
});

describe('npm run bench', () => {
  it('explains itself', () => {
    const { status, stdout } = bench('--help');
    expect(status).toBe(0);
    for (const option of ['--filter', '--time', '--quick', '--json']) {
      expect(stdout).toContain(option);
    }
  });

  it('runs some cases, prints a table and writes JSON', () => {
    const directory = mkdtempSync(join(tmpdir(), 'mqtt-wasm-bench-'));
    try {
      const file = join(directory, 'results.json');
      const filter = '^(batch|split|decode)/A|encode/puback|growth/payload/64$|memory/copies';
      const { status, stdout, stderr } = bench('--quick', '--filter', filter, '--json', file);
      expect(stderr).toContain('decode/A');
      expect(status).toBe(0);
      expect(stdout).toContain(`Node.js ${process.versions.node}`);
      expect(stdout).toContain('floor: loop without any check');
      const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
      expect(report).toMatchObject({
        format: 2,
        machine: { node: process.versions.node },
        timing: { time: 20, rounds: 1 },
      });
      expect(report.cases.map(({ id }) => id)).toEqual([
        'batch/A',
        'split/A',
        'decode/A',
        'encode/puback',
        'growth/payload/64',
      ]);
      expect(report.memory.map(({ id }) => id)).toContain('memory/copies/mqtt-packet/D');
      for (const { results, reference } of report.cases) {
        for (const { contestant, nanosecondsPerPacket, packetsPerSecond, ratio } of results) {
          expect(nanosecondsPerPacket).toBeGreaterThan(0);
          expect(packetsPerSecond).toBeCloseTo(1e9 / nanosecondsPerPacket, 0);
          if (contestant === reference) expect(ratio).toBe(1);
        }
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('says which cases there are when none is chosen', () => {
    const { status, stderr } = bench('--filter', 'nothing');
    expect(status).toBe(2);
    expect(stderr).toContain(ALL_IDS.join(', '));
  });

  it('refuses an option it does not know', () => {
    const { status, stderr } = bench('--fast');
    expect(status).toBe(2);
    expect(stderr).toContain('--fast');
  });
});
