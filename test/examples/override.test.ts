/** The examples that run on this package by an override, installed as their users install them. */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { install, type Project, pack } from '../../examples/prepare.js';
import { eventually } from '../support/eventually.js';
import { hasMosquitto, startMosquitto } from '../support/mosquitto.js';
import { Run } from './support.js';

const PROJECTS: readonly Project[] = ['aedes', 'cluster', 'mqtt-js'];

/** On CI it must be installed. */
const hasRedis = spawnSync('redis-server', ['--version']).error === undefined;
if (!hasRedis && process.env.CI === 'true') {
  throw new Error('Redis is not installed: apt-get install redis-server');
}

/**
 * From Node.js 26 on, `read()` gives one chunk of those that have arrived. aedes 1.2.0 calls it once for all of them, so a CONNECT in several
 * messages of a WebSocket, as MQTT.js sends it, is not read to its end, whatever parser aedes has.
 */
const READS_ALL = Number(process.versions.node.split('.')[0]) < 26;

let folder: string;
const projectOf = (example: Project) => join(folder, example);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqtt-wasm-examples-'));
  await mkdir(join(folder, 'packed'));
  const tarball = await pack(join(folder, 'packed'));
  await Promise.all(PROJECTS.map((example) => install(example, tarball, projectOf(example))));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(PROJECTS)('%s: nobody has got another mqtt-packet', async (example) => {
  const { status, stdout } = spawnSync('npm', ['ls', 'mqtt-packet'], {
    cwd: projectOf(example),
    encoding: 'utf8',
  });
  process.stdout.write(stdout);
  expect(status).toBe(0);
  const copies = stdout.match(/mqtt-packet@\S+/g);
  expect(new Set(copies)).toEqual(new Set([expect.stringMatching(/^mqtt-packet@npm:mqtt-wasm@/)]));
  const path = join(projectOf(example), 'node_modules/mqtt-packet/package.json');
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ name: 'mqtt-wasm' });
});

test.each(PROJECTS)('%s: its override is for the version that this is', async (example) => {
  const root = new URL('../../', import.meta.url);
  const read = async (path: string) => JSON.parse(await readFile(new URL(path, root), 'utf8'));
  const { version } = (await read('package.json')) as { version: string };
  const line = { 'mqtt-packet': `npm:mqtt-wasm@^${version}` };
  expect(await read(`examples/${example}/package.json`)).toMatchObject({ overrides: line });
  const readme = await readFile(new URL(`examples/${example}/README.md`, root), 'utf8');
  expect(readme).toContain(`"overrides": { "mqtt-packet": "${line['mqtt-packet']}" }`);
});

test.each(READS_ALL ? ['mqtt:', 'ws:'] : ['mqtt:'])(
  'aedes: messages go from TCP to %s and back',
  async (scheme) => {
    const server = new Run(projectOf('aedes'), ['server.js'], { PORT: '0', WEBSOCKET_PORT: '0' });
    try {
      const [tcp] = await server.printed(/mqtt:\S+\d/);
      const [other] = await server.printed(new RegExp(`${scheme}\\S+\\d`));
      const clients = await Promise.all(
        [tcp, other].map((url) => connectAsync(url, { reconnectPeriod: 0, protocolVersion: 4 })),
      );
      const seen: string[] = [];
      for (const [index, client] of clients.entries()) {
        client.on('message', (topic, payload) => seen.push(`${index} ${topic} ${payload}`));
        await client.subscribeAsync('a/+', { qos: 2 });
      }
      for (const [index, client] of clients.entries()) {
        for (const qos of [0, 1, 2] as const)
          await client.publishAsync(`a/${index}`, `${qos}`, { qos });
      }
      const expected = [0, 1].flatMap((receiver) =>
        [0, 1].flatMap((sender) => [0, 1, 2].map((qos) => `${receiver} a/${sender} ${qos}`)),
      );
      await eventually(() => expect(seen.sort()).toEqual(expected));
      for (const client of clients) await client.endAsync();
      expect(server.stderr).toBe('');
    } finally {
      server.process.kill();
      await server.ended;
    }
  },
);

describe.skipIf(!hasMosquitto)('MQTT.js', () => {
  test('talks MQTT 5.0 with Mosquitto', async () => {
    const broker = await startMosquitto({ anonymous: true });
    try {
      const args = ['client.js', `mqtt://127.0.0.1:${broker.port}`];
      const { code, stdout, stderr } = await new Run(projectOf('mqtt-js'), args).ended;
      expect(stderr).toBe('');
      for (const qos of [0, 1, 2]) {
        expect(stdout).toContain(`Received at QoS ${qos}: site/7/temperature 2${qos}.5`);
      }
      expect(stdout.match(/unit: '°C', sensor: \[ 'a', 'b' \]/g)).toHaveLength(3);
      expect(stdout).toMatch(/Disconnected\n$/);
      expect(code).toBe(0);
    } finally {
      await broker.stop();
    }
  });
});

describe.skipIf(!hasRedis)('the cluster', () => {
  test('hands over messages, retained messages and sessions from broker to broker', async () => {
    const { code, stdout, stderr } = await new Run(projectOf('cluster'), ['demo.js']).ended;
    expect(stderr).toBe('');
    const [one, other] = Array.from(stdout.matchAll(/mqtt:\S+/g), String);
    expect(one).not.toBe(other);
    expect(stdout.split('\n').slice(1)).toEqual([
      'Published at one broker, received at the other: news/today hello, QoS 1',
      'Retained at one broker, received at the other: status all well, QoS 1, retained',
      'Sent to a session without a connection, received at the other: mail/traveller while you were out, QoS 1',
      '',
    ]);
    expect(code).toBe(0);
  });
});
