/** The benchmark of aedes: what is sent, that a message that is missing or wrong is found out, and what is made of the figures. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import mqtt from 'mqtt-packet';
import { afterAll, describe, expect, it } from 'vitest';
import { figuresOf, type Round } from '../../bench/aedes/figures.js';
import { LOAD_NAMES } from '../../bench/aedes/loads.js';
import { parseAedesOptions } from '../../bench/aedes/options.js';
import { type CpuProfile, sharesOf } from '../../bench/aedes/profile.js';
import { passes } from '../../bench/aedes/report.js';
import { runLoad } from '../../bench/aedes/run.js';
import { median } from '../../bench/brokers/figures.js';
import {
  connectFrame,
  pubackRing,
  publishRing,
  SUBSCRIBE,
  TOPIC_FILTER,
} from '../../bench/brokers/frames.js';
import { bundleBroker } from '../../bench/brokers/install.js';
import { UsageError } from '../../bench/options.js';

function packetsIn(bytes: Buffer): mqtt.Packet[] {
  const packets: mqtt.Packet[] = [];
  const parser = mqtt.parser();
  parser.on('packet', (packet) => packets.push(packet));
  parser.parse(bytes);
  return packets;
}

describe('what is sent', () => {
  it.each([0, 1] as const)('PUBLISH of one length at QoS %d, one unlike the other', (qos) => {
    const { bytes, frameLength } = publishRing(qos);
    const packets = packetsIn(bytes) as mqtt.IPublishPacket[];
    expect(packets).toHaveLength(bytes.length / frameLength);
    expect(packets.every((packet) => packet.qos === qos)).toBe(true);
    expect(new Set(packets.map(({ payload }) => String(payload))).size).toBe(packets.length);
    if (qos === 0) return;
    const acknowledged = packetsIn(pubackRing().bytes);
    expect(acknowledged.map(({ cmd }) => cmd)).not.toContain('publish');
    expect(acknowledged.map(({ messageId }) => messageId)).toEqual(
      packets.map(({ messageId }) => messageId),
    );
  });

  it('a CONNECT and a SUBSCRIBE', () => {
    expect(packetsIn(Buffer.concat([connectFrame('me'), SUBSCRIBE]))).toMatchObject([
      { cmd: 'connect', protocolVersion: 4, clean: true, clientId: 'me' },
      { cmd: 'subscribe', subscriptions: [{ topic: TOPIC_FILTER, qos: 0 }] },
    ]);
  });
});

describe('a run', () => {
  // Under the repository, so that the broker finds its aedes.
  const build = fileURLToPath(new URL('../../build/', import.meta.url));
  mkdirSync(build, { recursive: true });
  const directory = mkdtempSync(join(build, 'aedes-test-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const times = { warmUp: 1, milliseconds: 5 };

  it.each(LOAD_NAMES)('%s: every message arrives', { timeout: 30_000 }, async (load) => {
    const broker = bundleBroker(join(directory, `${load}.mjs`));
    const { perSecond, cpu, generator } = await runLoad(broker, load, times);
    // How many is not for a test to say: a machine that is busy may take its time.
    expect(perSecond).toBeGreaterThan(0);
    expect(cpu).toBeGreaterThan(0);
    expect(generator).toBeGreaterThan(0);
  });

  /** A broker that gives what is said there for an answer and has taken in nothing. */
  function answering(name: string, answer: string): string {
    const file = join(directory, `${name}.mjs`);
    const program = `import { createServer } from 'node:net';
      const server = createServer((socket) => socket.on('data', (chunk) => socket.write(${answer})));
      server.listen(0, () => process.send({ port: server.address().port }));
      process.on('message', () => process.send({ published: 0, cpu: 1 }));
      process.on('disconnect', () => process.exit());`;
    writeFileSync(file, program);
    return file;
  }

  it.each<[string, string, RegExp]>([
    [
      'an answer that is wrong',
      'Buffer.of(...(chunk[0] === 0x10 ? [0x20, 2, 0, 0] : [0x40, 2, 0, 2]))',
      /ended with/,
    ],
    [
      'messages that were not taken in',
      'Buffer.of(...(chunk[0] === 0x10 ? [0x20, 2, 0, 0] : chunk.at(-2) === 0xc0 ? [0xd0, 0] : []))',
      /messages sent, 0 taken in/,
    ],
  ])('finds out %s', { timeout: 30_000 }, async (name, answer, message) => {
    const load = message.test('ended with') ? 'qos1' : 'qos0';
    await expect(runLoad(answering(name, answer), load, times)).rejects.toThrow(message);
  });
});

describe('figures', () => {
  const round = (without: number, own: number): Round => ({
    'mqtt-packet': { perSecond: without, cpu: 6, generator: 0.1 },
    'mqtt-wasm': { perSecond: own, cpu: 3, generator: 0.1 },
  });

  it('are medians over the rounds, of ratios as well', () => {
    const figures = figuresOf('qos0', [round(100, 300), round(50, 100), round(100, 250)]);
    expect(figures).toMatchObject({
      perSecond: { 'mqtt-packet': 100, 'mqtt-wasm': 250 },
      ratio: 2.5,
      range: [2, 3],
      cpuRatio: 2,
    });
  });

  it('pass at the gate', () => {
    const [at, below] = [150, 149].map((own) => figuresOf('qos0', [round(100, own)]));
    expect(at && passes(at)).toBe(true);
    expect(below && passes(below)).toBe(false);
  });

  it('take the lower of two in the middle', () => {
    expect(median([4, 1, 3, 2])).toBe(2);
  });
});

it("adds up a profile by owner; what Node.js does on a codec's behalf is the codec's", () => {
  const frames = [
    ['(root)', ''],
    ['parse', 'file:///d/node_modules/mqtt-packet/parser.js'],
    ['subarray', 'node:buffer'],
    ['scan', 'wasm://wasm/1'],
    ['handle', 'file:///d/node_modules/aedes/lib/client.js'],
    ['writev', ''],
    ['writeGeneric', 'node:internal/stream_base_commons'],
    ['(garbage collector)', ''],
    ['processImmediate', 'node:internal/timers'],
    ['(idle)', ''],
  ] as const;
  const children: Readonly<Record<number, number[]>> = {
    0: [1, 6, 7, 8, 9],
    1: [2, 3, 4],
    6: [5],
  };
  const profile: CpuProfile = {
    nodes: frames.map(([functionName, url], id) => ({
      id,
      callFrame: { functionName, url },
      children: children[id] ?? [],
    })),
    samples: [1, 2, 3, 4, 5, 6, 7, 8, 9],
    timeDeltas: [10, 10, 10, 20, 10, 10, 20, 10, 1000],
  };
  expect(sharesOf(profile)).toEqual({
    codec: 0.3,
    aedes: 0.2,
    'streams and sockets': 0.2,
    collection: 0.2,
    'the rest': 0.1,
  });
});

describe('the command line', () => {
  it('has defaults, and takes what it is told', () => {
    expect(parseAedesOptions([])).toMatchObject({ loads: LOAD_NAMES, rounds: 5, profile: false });
    const told = ['--load', 'qos1', '--rounds', '2', '--time', '100', '--profile', '--json', 'x'];
    expect(parseAedesOptions(told)).toEqual({
      help: false,
      loads: ['qos1'],
      rounds: 2,
      milliseconds: 100,
      profile: true,
      json: 'x',
    });
  });

  it.each([['--load', 'x'], ['--rounds', '0'], ['--time', 'soon'], ['--what']])(
    'refuses %s %s',
    (...args) => {
      expect(() => parseAedesOptions(args)).toThrow(UsageError);
    },
  );
});
