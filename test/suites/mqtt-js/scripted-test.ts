/** What no broker sends, or sends only when it is told to: bytes of MQTT 5.0, written down here, in both directions. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach } from 'node:test';
import { connect, type IConnackPacket, type IDisconnectPacket, type MqttClient } from 'mqtt';
import { check } from './brokers.js';
import { isConnected, nextError } from './client.js';
import { frame, hex, properties, utf8 } from './hex.js';
import { type ScriptedServer, startScriptedServer } from './scripted-server.js';

const CONNACK = 0x20;
const AUTH = 0xf0;
const DISCONNECT = 0xe0;

let server: ScriptedServer;
let client: MqttClient | undefined;

beforeEach(async () => {
  server = await startScriptedServer();
});
afterEach(async () => {
  await client?.endAsync(true);
  await server.stop();
});

check('CONNECT with all its properties and those of its Will', async () => {
  client = connect(server.url, {
    protocolVersion: 5,
    clientId: 'me',
    clean: false,
    keepalive: 60,
    reconnectPeriod: 0,
    username: 'u',
    password: Buffer.from('00ff', 'hex'),
    properties: {
      sessionExpiryInterval: 0x01020304,
      receiveMaximum: 0x0506,
      maximumPacketSize: 0x0708090a,
      topicAliasMaximum: 0x0b0c,
      requestResponseInformation: true,
      requestProblemInformation: false,
      userProperties: { one: 'é', many: ['2', '3'] },
      authenticationMethod: 'method',
      authenticationData: Buffer.from('0d0e', 'hex'),
    },
    will: {
      topic: 'will',
      payload: Buffer.from('gone'),
      qos: 1,
      retain: true,
      properties: {
        willDelayInterval: 1,
        payloadFormatIndicator: true,
        messageExpiryInterval: 2,
        contentType: 'text',
        responseTopic: 'answer',
        correlationData: Buffer.from('0f', 'hex'),
        userProperties: { will: 'yes' },
      },
    },
  });
  const expected = frame(
    0x10,
    utf8('MQTT'),
    '05 EC 003C', // level; user name, password, retained Will at QoS 1, no Clean Start; Keep Alive
    properties(
      hex('11 01020304', '21 0506', '27 0708090A', '22 0B0C', '19 01', '17 00'),
      hex('26', utf8('one'), utf8('é')),
      hex('26', utf8('many'), utf8('2')),
      hex('26', utf8('many'), utf8('3')),
      hex('15', utf8('method'), '16 0002 0D0E'),
    ),
    utf8('me'),
    properties(
      hex('18 00000001', '01 01', '02 00000002', '03', utf8('text'), '08', utf8('answer')),
      hex('09 0001 0F', '26', utf8('will'), utf8('yes')),
    ),
    utf8('will'),
    utf8('gone'),
    utf8('u'),
    '0002 00FF',
  );
  assert.equal((await server.next()).toString('hex'), expected.toString('hex'));
});

check('CONNACK with all its properties', async () => {
  client = connect(server.url, {
    protocolVersion: 5,
    clientId: '',
    reconnectPeriod: 0,
    properties: { authenticationMethod: 'method' },
  });
  const connack = new Promise<IConnackPacket>((resolve) => client?.once('connect', resolve));
  await server.next();
  server.send(
    frame(
      CONNACK,
      '00 00',
      properties(
        hex('11 01020304', '21 0506', '24 01', '25 00', '27 0708090A', '12', utf8('assigned')),
        hex('22 0B0C', '1F', utf8('a reason'), '28 00', '29 01', '2A 00', '13 000D'),
        hex('26', utf8('one'), utf8('é'), '26', utf8('many'), utf8('2')),
        hex('26', utf8('many'), utf8('3'), '1A', utf8('information'), '1C', utf8('elsewhere')),
        hex('15', utf8('method'), '16 0002 0E0F'),
      ),
    ),
  );
  const { sessionPresent, reasonCode, properties: received } = await connack;
  assert.equal(sessionPresent, false);
  assert.equal(reasonCode, 0);
  assert.deepEqual(
    { ...received, userProperties: { ...received?.userProperties } },
    {
      sessionExpiryInterval: 0x01020304,
      receiveMaximum: 0x0506,
      maximumQoS: 1,
      retainAvailable: false,
      maximumPacketSize: 0x0708090a,
      assignedClientIdentifier: 'assigned',
      topicAliasMaximum: 0x0b0c,
      reasonString: 'a reason',
      wildcardSubscriptionAvailable: false,
      subscriptionIdentifiersAvailable: true,
      sharedSubscriptionAvailable: false,
      serverKeepAlive: 13,
      userProperties: { one: 'é', many: ['2', '3'] },
      responseInformation: 'information',
      serverReference: 'elsewhere',
      authenticationMethod: 'method',
      authenticationData: Buffer.from('0e0f', 'hex'),
    },
  );
});

check('an exchange of AUTH packets, then a DISCONNECT of the server', async () => {
  client = connect(server.url, {
    protocolVersion: 5,
    clientId: 'me',
    reconnectPeriod: 0,
    properties: { authenticationMethod: 'method', authenticationData: Buffer.from('01', 'hex') },
  });
  const asked: unknown[] = [];
  client.handleAuth = ({ reasonCode, properties: asking }, callback) => {
    asked.push([reasonCode, asking?.reasonString, asking?.authenticationData?.toString('hex')]);
    callback(undefined, {
      cmd: 'auth',
      reasonCode: 0x18,
      properties: { authenticationMethod: 'method', authenticationData: Buffer.from('04', 'hex') },
    });
  };
  await server.next();
  server.send(
    frame(AUTH, '18', properties('15', utf8('method'), '16 0002 0203', '1F', utf8('go on'))),
  );
  assert.deepEqual(
    await server.next(),
    frame(AUTH, '18', properties('15', utf8('method'), '16 0001 04')),
  );
  assert.deepEqual(asked, [[0x18, 'go on', '0203']]);
  const connected = new Promise((resolve) => client?.once('connect', resolve));
  server.send(frame(CONNACK, '00 00', properties('15', utf8('method'))));
  await connected;

  const disconnected = new Promise<IDisconnectPacket>((resolve) => {
    client?.once('disconnect', resolve);
  });
  server.send(
    frame(
      DISCONNECT,
      '9D', // Server moved
      properties('1F', utf8('moved'), '1C', utf8('elsewhere'), '26', utf8('a'), utf8('b')),
    ),
  );
  const disconnect = await disconnected;
  assert.equal(disconnect.reasonCode, 0x9d);
  assert.equal(disconnect.properties?.reasonString, 'moved');
  assert.equal(disconnect.properties?.serverReference, 'elsewhere');
  assert.deepEqual({ ...disconnect.properties?.userProperties }, { a: 'b' });
});

check('SUBACK, UNSUBACK and acknowledgements with reasons', async () => {
  client = connect(server.url, { protocolVersion: 5, clientId: 'me', reconnectPeriod: 0 });
  await server.next();
  server.send(hex('20 03 00 00 00'));
  await isConnected(client);
  const reason = properties('1F', utf8('why'), '26', utf8('a'), utf8('b'));

  const subscribed = client.subscribeAsync('t', {
    qos: 2,
    nl: true,
    rap: true,
    rh: 2,
    properties: { subscriptionIdentifier: 0x0fff_ffff, userProperties: { c: 'd' } },
  });
  const subscribe = await server.next();
  const identifier = subscribe.subarray(2, 4);
  assert.deepEqual(
    subscribe,
    frame(
      0x82,
      identifier,
      properties('0B FFFFFF7F', '26', utf8('c'), utf8('d')),
      utf8('t'),
      '2E', // Retain Handling 2, Retain As Published, No Local, QoS 2
    ),
  );
  server.send(frame(0x90, identifier, reason, '01'));
  assert.equal((await subscribed)[0]?.qos, 1);

  const unsubscribed = client.unsubscribeAsync('t', { properties: { userProperties: { e: 'f' } } });
  const unsubscribe = await server.next();
  assert.deepEqual(
    unsubscribe,
    frame(0xa2, unsubscribe.subarray(2, 4), properties('26', utf8('e'), utf8('f')), utf8('t')),
  );
  server.send(frame(0xb0, unsubscribe.subarray(2, 4), reason, '11')); // No subscription existed
  await unsubscribed;

  const published = client.publishAsync('t', 'x', { qos: 1 });
  const publish = await server.next();
  server.send(frame(0x40, publish.subarray(5, 7), '10', reason)); // No matching subscribers
  await published;

  const refused = client.publishAsync('t', 'x', { qos: 2 });
  const refusal = assert.rejects(refused, /Not authorized/);
  server.send(frame(0x50, (await server.next()).subarray(5, 7), '87', reason));
  await refusal;
});

check('a frame that breaks a rule ends in an error', async () => {
  client = connect(server.url, { protocolVersion: 5, clientId: 'me', reconnectPeriod: 0 });
  await server.next();
  server.send(hex('20 03 00 00 00', '36 05 0001 74 0001 00')); // QoS 3
  assert.match((await nextError(client)).message, /QoS/);
});
