/** The benchmark of the ingest server: what is sent, that messages that are missing or answers that are wrong are found out, and the arithmetic. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import mqtt from 'mqtt-packet';
import { afterAll, describe, expect, it } from 'vitest';
import { startProgram } from '../../bench/brokers/broker.js';
import { publishRing } from '../../bench/brokers/frames.js';
import { bundleBroker } from '../../bench/brokers/install.js';
import { cpuOf, mosquittoVersion } from '../../bench/brokers/mosquitto.js';
import { cutBurst } from '../../bench/ingest/bursts.js';
import { CONTESTANT_NAMES, CONTESTANTS } from '../../bench/ingest/contestants.js';
import { figuresOf, margin, passes, type Round } from '../../bench/ingest/figures.js';
import {
  type Case,
  CONNECTIONS,
  LOAD_NAMES,
  LOADS,
  type LoadName,
  MOST_IN_FLIGHT,
} from '../../bench/ingest/loads.js';
import { checkOpenFiles } from '../../bench/ingest/open-files.js';
import { parseIngestOptions } from '../../bench/ingest/options.js';
import { type RunResult, resultOf, runCase } from '../../bench/ingest/run.js';
import { measureServers } from '../../bench/ingest/servers.js';
import { UsageError } from '../../bench/options.js';

const OFTEN_ENOUGH = { warmUp: 1, milliseconds: 5 };
const hasMosquitto = mosquittoVersion() !== undefined;

function typesIn(bytes: Buffer): string[] {
  const types: string[] = [];
  const parser = mqtt.parser();
  parser.on('packet', ({ cmd }) => types.push(cmd));
  parser.parse(bytes);
  return types;
}

describe('a burst', () => {
  const cases = LOAD_NAMES.filter((load) => LOADS[load].qos === 0).flatMap((load) =>
    CONNECTIONS.map((connections): [LoadName, number] => [load, connections]),
  );

  it.each(cases)('of %s on %d connections is messages and a PINGREQ', (load, connections) => {
    const { payload, frames } = LOADS[load];
    const ring = publishRing(0, payload, frames);
    const { pieces, count, inFlight } = cutBurst(ring, connections, MOST_IN_FLIGHT);
    const types = typesIn(Buffer.concat(pieces));
    expect(types.pop()).toBe('pingreq');
    expect(types).toHaveLength(count);
    expect(new Set(types)).toEqual(new Set(['publish']));
    expect(inFlight).toBeGreaterThan(1);
    expect(inFlight).toBeLessThanOrEqual(Math.max(2, connections));
    expect(inFlight * count).toBeLessThanOrEqual(MOST_IN_FLIGHT.messages);
    expect(inFlight * count * ring.frameLength).toBeLessThanOrEqual(MOST_IN_FLIGHT.bytes);
  });

  it('is one message where there is no room for more, and two of them are under way', () => {
    const ring = publishRing(0, 4096, 4);
    const none = { messages: 1, bytes: 1 };
    expect(cutBurst(ring, 100, none)).toMatchObject({ count: 1, inFlight: 2 });
  });

  it('is a share of what may be under way, by messages or by bytes', () => {
    const ring = publishRing(0, 4096, 4);
    const byMessages = { messages: 1000, bytes: Infinity };
    const byBytes = { messages: Infinity, bytes: 1000 * ring.frameLength };
    for (const most of [byMessages, byBytes]) {
      expect(cutBurst(ring, 100, most)).toMatchObject({ count: 10, inFlight: 100 });
      expect(cutBurst(ring, 1, most)).toMatchObject({ count: 500, inFlight: 2 });
      expect(cutBurst(ring, 3000, most)).toMatchObject({ count: 1, inFlight: 1000 });
    }
  });
});

// Under the repository, so that the broker finds its aedes.
const build = fileURLToPath(new URL('../../build/', import.meta.url));
mkdirSync(build, { recursive: true });
const directory = mkdtempSync(join(build, 'ingest-test-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('a run', () => {
  const program = bundleBroker(join(directory, 'aedes.mjs'));
  const aedes = { 'mqtt-packet': program, 'mqtt-wasm': program };
  const startAedes = () => startProgram(program);

  it.each(LOAD_NAMES)('%s: every message is taken in, on a connection and on 20', async (load) => {
    for (const connections of [1, 20]) {
      const result = await runCase(startAedes, { load, connections }, OFTEN_ENOUGH);
      for (const field of ['perSecond', 'cpu', 'cores', 'generator'] as const) {
        expect(result[field]).toBeGreaterThan(0);
      }
    }
  });

  it.each(CONTESTANT_NAMES.filter((name) => name !== 'mosquitto' || hasMosquitto))(
    '%s takes part',
    async (name) => {
      const one = { load: 'qos1', connections: 3 } as const;
      const options = { cases: [one], contestants: [name], rounds: 1, ...OFTEN_ENOUGH };
      const said: string[] = [];
      const [figures] = await measureServers(aedes, options, (text) => said.push(text));
      expect(figures?.contestants[0]?.perSecond).toBeGreaterThan(0);
      expect(figures?.rounds).toHaveLength(1);
      expect(said).toEqual([expect.stringContaining(CONTESTANTS[name].title)]);
    },
  );

  /** A broker that gives what is said there for an answer and has taken in nothing. */
  function answering(name: string, answer: string) {
    const file = join(directory, `${name}.mjs`);
    const source = `import { createServer } from 'node:net';
      const server = createServer((socket) => socket.on('data', (chunk) => socket.write(${answer})));
      server.listen(0, () => process.send({ port: server.address().port }));
      process.on('message', () => process.send({ published: 0, cpu: 1 }));
      process.on('disconnect', () => process.exit());`;
    writeFileSync(file, source);
    return () => startProgram(file);
  }

  const CONNACK = '[0x20, 2, 0, 0]';

  it.each<[string, Case, string, RegExp]>([
    [
      'an acknowledgement that is wrong',
      { load: 'qos1', connections: 1 },
      `Buffer.of(...(chunk[0] === 0x10 ? ${CONNACK} : [0x40, 2, 0, 2]))`,
      /ended with/,
    ],
    [
      'messages that were not taken in',
      // With several connections each has one burst under way, so its PINGREQ ends a chunk.
      { load: 'qos0', connections: 2 },
      `Buffer.of(...(chunk[0] === 0x10 ? ${CONNACK} : chunk.at(-2) === 0xc0 ? [0xd0, 0] : []))`,
      /messages sent, 0 taken in/,
    ],
  ])('finds out %s', async (name, one, answer, message) => {
    const run = runCase(answering(name, answer), one, OFTEN_ENOUGH);
    await expect(run).rejects.toThrow(message);
  });

  it('is refused where there are not enough open files', () => {
    expect(() => checkOpenFiles(1000, 1000)).toThrow(/1000 connections need 1100 .* have 1000/);
    expect(() => checkOpenFiles(1000, 1100)).not.toThrow();
    expect(() => checkOpenFiles(1)).not.toThrow();
  });

  it('has its clock stopped by whoever is last', () => {
    const report = { sent: 1000, began: 5000, ended: 5500, cpu: 100_000 };
    expect(resultOf(report, 250_000, 5400)).toEqual({
      perSecond: 2000,
      cpu: 250,
      cores: 0.5,
      generator: 0.2,
    });
    expect(resultOf(report, 250_000, 6000)).toMatchObject({ perSecond: 1000, cores: 0.25 });
  });

  it.skipIf(!hasMosquitto)('reads CPU time from where the kernel tells it', async () => {
    const end = Date.now() + 60;
    while (Date.now() < end);
    await setTimeout(1);
    const { user, system } = process.cpuUsage();
    // Told in ticks of 10 ms, of which two are rounded; other threads go on meanwhile.
    expect(Math.abs(cpuOf(process.pid) - user - system)).toBeLessThan(50_000);
  });
});

describe('figures', () => {
  const did = (perSecond: number, cpu: number): RunResult => ({
    perSecond,
    cpu,
    cores: 1,
    generator: 0.1,
  });
  const round = (aedes: number, mosquitto: number, ingest: number): Round => ({
    aedes: did(aedes, 8),
    mosquitto: did(mosquitto, 4),
    ingest: did(ingest, 2),
  });
  const small = { load: 'qos0', connections: 1 } as const;
  const rounds = [round(100, 50, 900), round(50, 100, 400), round(100, 100, 700)];

  it('are medians over the rounds, of ratios as well', () => {
    const { contestants, title } = figuresOf(small, rounds);
    expect(title).toBe('small, QoS 0, one connection');
    expect(contestants.map(({ contestant }) => contestant)).toEqual([
      'aedes',
      'mosquitto',
      'ingest',
    ]);
    expect(contestants[2]).toMatchObject({
      perSecond: 700,
      cpu: 2,
      times: {
        aedes: { median: 8, range: [7, 9] },
        mosquitto: { median: 7, range: [4, 18] },
      },
      cpuTimes: { aedes: { median: 4, range: [4, 4] }, mosquitto: { median: 2, range: [2, 2] } },
    });
  });

  it('pass at the gate, and by the gate that is missed most', () => {
    const [at, below] = [800, 799].map((own) => figuresOf(small, [round(100, 50, own)]));
    expect(at?.verdicts.map(passes)).toEqual([true, true]);
    expect(at && margin(at)).toBe(1);
    expect(below?.verdicts.map(passes)).toEqual([false, true]);
    expect(below && margin(below)).toBeLessThan(1);
  });

  it('judge nothing that was not measured', () => {
    const { mosquitto: _, ...rest } = round(100, 50, 900);
    const figures = figuresOf(small, [rest]);
    expect(figures.verdicts).toMatchObject([{ ratio: 9 }, { ratio: undefined }]);
    expect(figures.verdicts.map(passes)).toEqual([true, true]);
    expect(figures.contestants[1]?.times).not.toHaveProperty('mosquitto');
  });

  it('hold nobody to more than aedes where nothing else is said', () => {
    const { verdicts } = figuresOf({ load: '1m', connections: 100 }, [round(100, 50, 90)]);
    expect(verdicts).toMatchObject([{ against: 'aedes', ratio: 0.9 }]);
    expect(verdicts.every(passes)).toBe(true);
  });
});

describe('the command line', () => {
  it('has defaults: everything', () => {
    const { cases, contestants, parts } = parseIngestOptions([]);
    expect(cases).toHaveLength(LOAD_NAMES.length * CONNECTIONS.length);
    expect(contestants).toEqual(CONTESTANT_NAMES);
    expect(parts).toEqual(['servers', 'reads', 'waiting', 'threads']);
  });

  it('takes what it is told', () => {
    const args = ['--load', 'qos1', '--load', '1m', '--connections', '100', '--part', 'servers'];
    const more = ['--contestant', 'ingest', '--rounds', '2', '--time', '100', '--json', 'x'];
    expect(parseIngestOptions([...args, ...more])).toMatchObject({
      cases: [
        { load: 'qos1', connections: 100 },
        { load: '1m', connections: 100 },
      ],
      contestants: ['ingest'],
      parts: ['servers'],
      rounds: 2,
      milliseconds: 100,
      json: 'x',
    });
  });

  it('is quick with a case of each load, or with those that are named', () => {
    const quick = parseIngestOptions(['--quick']);
    expect(quick.cases.map(({ load }) => load)).toEqual(LOAD_NAMES);
    expect(quick.parts).toEqual(['servers', 'reads']);
    expect(parseIngestOptions(['--quick', '--part', 'threads']).parts).toEqual(['threads']);
    expect(parseIngestOptions(['--quick', '--contestant', 'ingest2']).contestants).toEqual([
      'ingest2',
    ]);
    const { cases, contestants } = parseIngestOptions(['--quick', '--connections', '1000']);
    expect(cases.map(({ connections }) => connections)).toEqual([1000, 1000, 1000, 1000]);
    expect(contestants).not.toContain('ingest2');
  });

  it.each([
    ['--load', 'x'],
    ['--connections', '7'],
    ['--contestant', 'nobody'],
    ['--rounds', '0'],
    ['--part', 'all'],
    ['--what'],
  ])('refuses %s %s', (...args) => {
    expect(() => parseIngestOptions(args)).toThrow(UsageError);
  });
});
