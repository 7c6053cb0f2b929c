import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import { encode } from 'mqtt-wasm';
import { afterEach, describe, expect, it } from 'vitest';
import { startBroker } from '../../examples/live/broker.js';
import { EMQX_APPLICATION } from '../../examples/live/credentials.js';
import { addressText } from '../../examples/live/proxy.js';
import {
  cleanUp,
  cleanUps,
  open,
  Paper,
  received,
  serve,
  startProxy,
  unusedAddress,
} from './proxy-support.js';
import { Live } from './support.js';

const CONNECT = encode({ type: 'CONNECT', clientIdentifier: 'me' });

afterEach(cleanUp);

describe('the proxy', () => {
  it('forwards bytes that are no MQTT, both ways, and says why they are not decoded', async () => {
    const echo = await serve((socket) => socket.pipe(socket));
    const { proxy, observer, paper } = await startProxy(echo);
    const socket = open(proxy.address);
    const garbage = Buffer.from('GET / HTTP/1.1\r\n\r\n'.repeat(50_000));
    socket.end(garbage);
    expect((await received(socket)).equals(garbage)).toBe(true);
    await proxy.settled();
    expect(observer.tally).toMatchObject({ packets: 0, errors: 2 });
    expect(paper.text).toMatch(/#1 {3}client ──► broker {2}MqttError ERR_MQTT_RESERVED_FLAGS/);
    expect(paper.text).toMatch(/#1 {3}client ◄── broker {2}MqttError ERR_MQTT_/);
    expect(paper.text).not.toContain('HTTP');
    expect(paper.text).toMatch(/#1 {3}closed\n$/);
  });

  it('shows what came before the garbage', async () => {
    const sink = await serve((socket) => socket.resume().on('end', () => socket.end()));
    const { proxy, observer, paper } = await startProxy(sink);
    const socket = open(proxy.address);
    socket.end(Buffer.concat([CONNECT, encode({ type: 'PINGREQ' }), Buffer.from([0xff, 0xff])]));
    await received(socket);
    await proxy.settled();
    expect(observer.tally).toMatchObject({ packets: 2, errors: 1 });
    expect(paper.text).toMatch(/CONNECT .* me\n(.*\n)+.*PINGREQ .* me\n.*\n.*ERR_MQTT_RESERVED/);
  });

  it('keeps half of a connection open', async () => {
    const late = await serve((socket) => {
      socket.resume().once('end', () => setTimeout(() => socket.end(Buffer.from([0xd0, 0])), 50));
    });
    const { proxy, observer } = await startProxy(late);
    const socket = open(proxy.address);
    socket.end(CONNECT);
    expect(await received(socket)).toEqual(Buffer.from([0xd0, 0]));
    await proxy.settled();
    expect([...observer.tally.types.keys()]).toEqual(['CONNECT', 'PINGRESP']);
  });

  it('reports a connection that breaks off inside a packet', async () => {
    let hasPassed = () => {};
    const passed = new Promise<void>((resolve) => {
      hasPassed = resolve;
    });
    const sink = await serve((socket) => socket.once('data', hasPassed));
    const { proxy, observer, paper } = await startProxy(sink);
    const socket = open(proxy.address);
    socket.write(CONNECT.subarray(0, 5));
    // What the proxy has not read yet, a reset takes away.
    await passed;
    socket.resetAndDestroy();
    while (!/broken off|closed/.test(paper.text)) await delay(10);
    await proxy.settled();
    expect(observer.tally).toMatchObject({ packets: 0, errors: 1 });
    expect(paper.text).toContain('ERR_MQTT_UNEXPECTED_END');
  });

  it('reports a broker that is not there, and takes the next connection', async () => {
    const { proxy, paper } = await startProxy(await unusedAddress());
    for (const number of [1, 2]) {
      const socket = open(proxy.address);
      socket.end(CONNECT);
      await received(socket).catch(() => {});
      expect(paper.text).toMatch(new RegExp(`#${number} +cannot reach the broker at 127.*REFUSED`));
    }
    await proxy.close();
  });

  it('waits for slow printing: nothing is lost and nothing piles up', async () => {
    let forwarded = 0;
    let mostAhead = 0;
    const sink = await serve((socket) => {
      socket.on('end', () => socket.end());
      socket.on('data', (chunk) => {
        forwarded += chunk.length;
        mostAhead = Math.max(mostAhead, forwarded - observer.tally.packets * publish.length);
      });
    });
    const paper = new Paper(1);
    const { proxy, observer } = await startProxy(sink, paper);
    const socket = open(proxy.address);
    const publish = encode({ type: 'PUBLISH', topic: 'a', payload: Buffer.alloc(4000, 'x') });
    const packets = 2000;
    socket.write(CONNECT);
    for (let sent = 0; sent < packets; sent++) {
      if (!socket.write(publish)) await once(socket, 'drain');
    }
    socket.end();
    await received(socket);
    await proxy.settled();
    expect(observer.tally).toMatchObject({ packets: packets + 1, errors: 0 });
    expect(forwarded).toBe(CONNECT.length + packets * publish.length);
    expect(paper.text.match(/ PUBLISH /g)).toHaveLength(packets);
    expect(paper.longestQueue).toBeLessThan(2 * 2048);
    // Of eight million bytes, the decoder never held more than its queues: 16 chunks and a few.
    expect(mostAhead).toBeLessThan(20 * 65_536);
  });
});

describe('npm start -- --listen', () => {
  it('shows what passes between a client and a broker until it is interrupted', async () => {
    const broker = await startBroker([EMQX_APPLICATION]);
    cleanUps.push(() => broker.close());
    const live = new Live(['--listen', '0', '--forward', addressText(broker.address)]);
    cleanUps.push(() => live.process.kill('SIGKILL'));
    const [, port] = await live.printed(/Listening on 127\.0\.0\.1:(\d+), forwarding to/);
    const address = { host: '127.0.0.1', port: Number(port) };

    open(address).end('\u001b[2Jgarbage');
    await live.printed(/#1 .*MqttError ERR_MQTT_/);

    const client = await connectAsync(`mqtt://${addressText(address)}`, {
      protocolVersion: 4,
      clientId: EMQX_APPLICATION.clientIdentifier,
      username: EMQX_APPLICATION.userName,
      password: EMQX_APPLICATION.password,
      reconnectPeriod: 0,
    });
    await client.publishAsync('sys/hmvcfu/post', '{"temp":20}', { qos: 2 });
    await client.endAsync();
    await live.printed(/#2 .*PUBCOMP/);
    await live.printed(/#2 +(closed|broken off)/);

    live.process.kill('SIGINT');
    const { code, stdout, stderr } = await live.ended;
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/7 of 14 packet types seen, 7 packets, [12] errors?\n$/);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).not.toContain(EMQX_APPLICATION.password);
  });

  it('says so when it cannot listen there', async () => {
    const taken = await serve(() => {});
    const live = new Live(['--listen', String(taken.port), '--forward', '127.0.0.1:1883']);
    const { code, stderr } = await live.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Failed: listen EADDRINUSE/);
  });
});
