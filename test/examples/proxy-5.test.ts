/** The observer of a connection that speaks MQTT 5.0: the broker's decoder learns it from the client's CONNECT. */
import { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Observer } from '../../examples/live/observer.js';
import { Output } from '../../examples/live/output.js';
import { addressText, TcpProxy } from '../../examples/live/proxy.js';
import { plain } from '../../examples/live/text.js';
import { hex, join } from '../support/hex.js';
import {
  hasMosquitto,
  type Mosquitto,
  PASSWORD,
  startMosquitto,
  USER_NAME,
} from '../support/mosquitto.js';
import { cleanUp, cleanUps, open, received, serve, startProxy } from './proxy-support.js';

/** CONNECT of MQTT 5.0, without properties, Client Identifier `me`. */
const CONNECT_5 = hex('10 0F 0004 4D515454 05 02 003C 00 0002 6D65');
const CONNECT_4 = hex('10 0E 0004 4D515454 04 02 003C 0002 6D65');
/** CONNACK of MQTT 5.0: Receive Maximum 16. */
const CONNACK_5 = hex('20 06 00 00 03 21 0010');
const CONNACK_4 = hex('20 02 00 00');
/** PUBLISH of MQTT 5.0: topic `a`, Topic Alias 3, payload `hi`. To a reader of 3.1.1 its payload is longer. */
const PUBLISH_5 = hex('30 09 0001 61 03 23 0003 6869');
/** DISCONNECT of MQTT 5.0 by a Server, which MQTT 3.1.1 has not: Server busy. */
const DISCONNECT_5 = hex('E0 01 89');

afterEach(cleanUp);

/** A server that sends `answer` as soon as it has `length` bytes, then closes. */
function answering(length: number, answer: Uint8Array) {
  return serve((socket) => {
    let seen = 0;
    socket.on('data', (chunk) => {
      seen += chunk.length;
      if (seen >= length) socket.end(answer);
    });
  });
}

describe('a connection of MQTT 5.0', () => {
  const answer = join(CONNACK_5, PUBLISH_5, DISCONNECT_5);

  it('is read as such on both sides, at once', async () => {
    const broker = await answering(CONNECT_5.length, answer);
    const { proxy, observer, paper } = await startProxy(broker);
    const socket = open(proxy.address);
    socket.write(CONNECT_5);
    expect(await received(socket)).toEqual(Buffer.from(answer));
    socket.end();
    await proxy.settled();
    expect(observer.tally).toMatchObject({ packets: 4, errors: 0, versions: new Set([5]) });
    expect(paper.text).toContain('protocolLevel: 5   cleanStart: true');
    expect(paper.text).toContain('reasonCode: 0x00 (Success)   properties.receiveMaximum: 16');
    expect(paper.text).toMatch(/properties\.topicAlias: 3\s+payload: "hi" \(2 bytes\)/);
    expect(paper.text).toMatch(/◄── broker {2}DISCONNECT .*\n +reasonCode: 0x89 \(Server busy\)/);
  });

  it('is read as such when its CONNECT comes byte by byte', async () => {
    const broker = await answering(CONNECT_5.length, answer);
    const { proxy, observer } = await startProxy(broker);
    const socket = open(proxy.address);
    socket.setNoDelay(true);
    for (const byte of CONNECT_5) {
      socket.write(Uint8Array.of(byte));
      await delay(2);
    }
    expect(await received(socket)).toEqual(Buffer.from(answer));
    socket.end();
    await proxy.settled();
    expect(observer.tally).toMatchObject({ packets: 4, errors: 0 });
  });

  it('is read as such while nobody reads what is printed', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let text = '';
    const paper = new Writable({
      highWaterMark: 1,
      write(chunk: Buffer, _encoding, callback) {
        text += chunk.toString();
        held.then(() => callback());
      },
    });
    const print = { paint: plain, showSecrets: false, maximumBytes: 0 };
    const observer = new Observer(new Output(paper), print, 'auto');
    const broker = await answering(CONNECT_5.length, answer);
    const proxy = await TcpProxy.start({ host: '127.0.0.1', port: 0 }, broker, observer);
    cleanUps.push(() => proxy.close());
    const socket = open(proxy.address);
    socket.write(CONNECT_5);
    expect(await received(socket)).toEqual(Buffer.from(answer));
    expect(text).not.toContain('CONNECT');
    release();
    socket.end();
    await proxy.settled();
    expect(observer.tally).toMatchObject({ packets: 4, errors: 0 });
  });

  it('does not change how another connection is read', async () => {
    const modern = await startProxy(await answering(CONNECT_5.length, answer));
    const old = await startProxy(await answering(CONNECT_4.length, join(CONNACK_4, PUBLISH_5)));
    const sockets = [open(modern.proxy.address), open(old.proxy.address)] as const;
    sockets[0].write(CONNECT_5);
    sockets[1].write(CONNECT_4);
    for (const socket of sockets) {
      await received(socket);
      socket.end();
    }
    await Promise.all([modern.proxy.settled(), old.proxy.settled()]);
    expect(modern.observer.tally).toMatchObject({ packets: 4, errors: 0 });
    expect(old.observer.tally).toMatchObject({ packets: 3, errors: 0, versions: new Set([4]) });
    expect(old.paper.text).toContain('(6 bytes)');
    expect(old.paper.text).not.toContain('properties');
  });

  it('is forwarded when the server answers in MQTT 3.1.1, and that is said', async () => {
    const refusal = hex('20 02 00 01');
    const { proxy, observer, paper } = await startProxy(await answering(CONNECT_5.length, refusal));
    const socket = open(proxy.address);
    socket.write(CONNECT_5);
    expect(await received(socket)).toEqual(Buffer.from(refusal));
    socket.end();
    await proxy.settled();
    expect(observer.tally).toMatchObject({ packets: 1, errors: 1 });
    expect(paper.text).toContain('ERR_MQTT_CONNACK_OF_MQTT_3');
  });
});

describe.skipIf(!hasMosquitto)('Mosquitto behind the proxy, MQTT.js before it', () => {
  let mosquitto: Mosquitto;
  beforeAll(async () => {
    mosquitto = await startMosquitto();
  });
  afterAll(() => mosquitto.stop());

  const clients: MqttClient[] = [];
  afterEach(() => Promise.all(clients.splice(0).map((client) => client.endAsync(true))));

  it('are shown with all that MQTT 5.0 has', async () => {
    const broker = { host: '127.0.0.1', port: mosquitto.port };
    const { proxy, observer, paper } = await startProxy(broker);
    const url = `mqtt://${addressText(proxy.address)}`;
    const identity = { username: USER_NAME, password: PASSWORD, reconnectPeriod: 0 };

    const watcher = await connectAsync(url, {
      ...identity,
      protocolVersion: 5,
      clientId: 'watcher',
      properties: { sessionExpiryInterval: 60, userProperties: { site: ['Süd', 'Nord'] } },
    });
    clients.push(watcher);
    await watcher.subscribeAsync('plant/#', {
      qos: 2,
      nl: true,
      rap: true,
      rh: 2,
      properties: { subscriptionIdentifier: 268_435_455 },
    });

    const device = await connectAsync(url, {
      ...identity,
      protocolVersion: 5,
      clientId: 'device',
      autoAssignTopicAlias: true,
      properties: { sessionExpiryInterval: 0, receiveMaximum: 5 },
      will: {
        topic: 'plant/status',
        payload: Buffer.from('lost'),
        qos: 1,
        retain: false,
        properties: { willDelayInterval: 0, contentType: 'text/plain', userProperties: { w: 'x' } },
      },
    });
    clients.push(device);
    const messages: string[] = [];
    watcher.on('message', (topic, payload) => messages.push(`${topic} ${payload}`));
    const publish = (topic: string, qos: 1 | 2) =>
      device.publishAsync(topic, `at QoS ${qos}`, {
        qos,
        properties: {
          payloadFormatIndicator: true,
          messageExpiryInterval: 60,
          responseTopic: 'plant/answers',
          correlationData: Buffer.from([0xff, 0x00]),
          userProperties: { unit: '°C' },
        },
      });
    await publish('plant/a', 2);
    await publish('plant/a', 1);
    await publish('nobody/listens', 1);
    while (messages.length < 2) await delay(10);
    device.stream.destroy();
    while (messages.length < 3) await delay(10);
    await watcher.unsubscribeAsync(['plant/#', 'never/subscribed']);
    await watcher.endAsync(false, { properties: { sessionExpiryInterval: 7 } });
    await proxy.settled();

    expect(messages.sort()).toEqual(['plant/a at QoS 1', 'plant/a at QoS 2', 'plant/status lost']);
    expect(observer.tally).toMatchObject({ errors: 0, versions: new Set([5]) });
    // Fields that were broken into several lines are put together again.
    const text = paper.text.replace(/\n {10}/g, ' ').replace(/ +/g, ' ');
    const expected = [
      'properties.sessionExpiryInterval: 60 s properties.userProperties[0]: "site" = "Süd" properties.userProperties[1]: "site" = "Nord"',
      'properties.subscriptionIdentifier: 268435455 subscriptions[0]: { topicFilter: "plant/#", qos: 2, noLocal: true, retainAsPublished: true, retainHandling: 2 }',
      'reasonCodes[0]: 0x02 (Granted QoS 2)',
      'properties.sessionExpiryInterval: 0 s properties.receiveMaximum: 5 clientIdentifier: "device" will.properties.willDelayInterval: 0 s will.properties.contentType: "text/plain" will.properties.userProperties[0]: "w" = "x" will.topic: "plant/status"',
      'properties.subscriptionIdentifiers[0]: 268435455',
      'properties.correlationData: binary (2 bytes)',
      'properties.responseTopic: "plant/answers"',
      'reasonCode: 0x10 (No matching subscribers)',
      'reasonCodes[0]: 0x00 (Success) reasonCodes[1]: 0x11 (No subscription existed)',
      'reasonCode: 0x00 (Normal disconnection) properties.sessionExpiryInterval: 7 s',
    ];
    for (const part of expected) expect(text).toContain(part);
    // The first time the topic stands there with its alias, then the alias alone.
    expect(text).toMatch(/──► broker PUBLISH [^─]*topic: "plant\/a" [^─]*topicAlias: 1 /);
    expect(text).toMatch(/──► broker PUBLISH [^─]*topic: "" [^─]*topicAlias: 1 /);
    expect(text).not.toContain(PASSWORD);
  });
});
