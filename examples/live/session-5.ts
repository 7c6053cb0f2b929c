/** A session of MQTT 5.0 with MQTT.js: what that version has and MQTT 3.1.1 has not. */
import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import type { QoS } from 'mqtt-wasm';
import { within } from './deadline.js';
import type { Address } from './proxy.js';
import { AUTHENTICATION_METHOD, proofOf } from './server.js';
import { ALL_QOS, brokerUrl, CLIENT_OPTIONS, ping, STEP } from './steps.js';

/** What the device of this session proves to know. */
export const DEVICE_SECRET = 'a secret that is never sent';

const READINGS = 'plant/7/readings';
const NOT_AUTHORIZED = 0x87;

function options(clientId: string): IClientOptions {
  return {
    ...CLIENT_OPTIONS,
    protocolVersion: 5,
    clientId,
    autoAssignTopicAlias: true,
    properties: {
      sessionExpiryInterval: 60,
      receiveMaximum: 20,
      maximumPacketSize: 65_536,
      topicAliasMaximum: 4,
      requestResponseInformation: true,
      userProperties: { firmware: '2.1', plant: ['7', 'Süd'] },
      authenticationMethod: AUTHENTICATION_METHOD,
      authenticationData: Buffer.from(clientId),
    },
    will: {
      topic: 'plant/7/status',
      payload: Buffer.from('{"status":"offline"}'),
      qos: 1,
      retain: true,
      properties: {
        willDelayInterval: 5,
        payloadFormatIndicator: true,
        contentType: 'application/json',
        userProperties: { reason: 'lost' },
      },
    },
  };
}

/** Connects and answers the server's challenge. */
async function authenticate(
  address: Address,
  clientId: string,
  secret: string,
): Promise<MqttClient> {
  const client = connect(brokerUrl(address), options(clientId));
  client.handleAuth = ({ properties }, answer) => {
    const challenge = properties?.authenticationData ?? Buffer.alloc(0);
    answer(undefined, {
      cmd: 'auth',
      reasonCode: 0x18,
      properties: {
        authenticationMethod: AUTHENTICATION_METHOD,
        authenticationData: proofOf(secret, challenge),
      },
    });
  };
  const connected = new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('error', reject);
  });
  try {
    await within(2 * STEP, `connecting as ${clientId}`, connected);
  } catch (error) {
    client.end(true);
    throw error;
  }
  client.on('error', () => {});
  return client;
}

/** The reason code that an operation fails with. */
async function failure(what: string, operation: Promise<unknown>): Promise<number> {
  try {
    await operation;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code === 'number') return code;
    throw error;
  }
  throw new Error(`${what} was not refused`);
}

function expectCode(what: string, code: number): void {
  if (code !== NOT_AUTHORIZED) throw new Error(`${what}: reason code ${code}`);
}

/** Publishes a reading and waits until it has come back with all its properties. */
async function exchange(client: MqttClient, qos: QoS): Promise<void> {
  const payload = `{"reading":${qos}}`;
  const correlationData = Buffer.from([0, 0xff, qos]);
  const arriving = new Promise<{ topic: string; packet: IPublishPacket }>((resolve) => {
    // The packet has an empty topic where an alias stands for it.
    client.once('message', (topic, _payload, packet) => resolve({ topic, packet }));
  });
  const publishing = client.publishAsync(READINGS, payload, {
    qos,
    properties: {
      payloadFormatIndicator: true,
      messageExpiryInterval: 3600,
      contentType: 'application/json',
      responseTopic: 'plant/7/answers',
      correlationData,
      userProperties: { unit: '°C', trace: ['a', 'b'] },
    },
  });
  const [{ topic, packet }] = await Promise.all([
    within(STEP, `message for ${READINGS}`, arriving),
    within(STEP, `publishing to ${READINGS}`, publishing),
  ]);
  const { properties = {} } = packet;
  const isSame =
    topic === READINGS &&
    packet.payload.toString() === payload &&
    properties.subscriptionIdentifier === 7 &&
    properties.correlationData?.equals(correlationData) === true;
  if (!isSame) throw new Error(`${READINGS}: the message was altered`);
}

/**
 * Plays the session against the server at `address`. Rejected when a step does not bring about what it
 * is to.
 *
 * @param announce called with the name of each step before it begins
 */
export async function playSession5(
  address: Address,
  announce: (step: string) => void,
): Promise<void> {
  announce('MQTT 5.0: a device connects with a will, and is asked for a proof');
  const device = await authenticate(address, 'device-7', DEVICE_SECRET);
  try {
    announce('MQTT 5.0: it subscribes, with Subscription Options and an identifier');
    const subscribing = device.subscribeAsync(READINGS, {
      qos: 2,
      rap: true,
      rh: 1,
      properties: { subscriptionIdentifier: 7, userProperties: { purpose: 'echo' } },
    });
    await within(STEP, 'subscribing', subscribing);

    announce('MQTT 5.0: messages with properties; an alias takes the place of their topic');
    // QoS 2 first, with its topic: MQTT.js does not remember until the PUBREL what an alias stood for.
    for (const qos of ALL_QOS.toReversed()) await exchange(device, qos);

    announce('MQTT 5.0: a message is refused with a reason');
    const forbidden = device.publishAsync('$server/stop', 'now', { qos: 1 });
    const what = 'publishing to $server/stop';
    expectCode(what, await failure(what, within(STEP, what, forbidden)));

    announce('MQTT 5.0: the device asks whether the server is there');
    await ping(device);

    announce('MQTT 5.0: it unsubscribes, once too often');
    await within(STEP, 'unsubscribing', device.unsubscribeAsync([READINGS, 'never/subscribed']));

    announce('MQTT 5.0: a stranger proves nothing');
    const stranger = failure('a wrong proof', authenticate(address, 'stranger', 'guessed'));
    expectCode('a wrong proof', await stranger);

    announce('MQTT 5.0: the device disconnects and wants its will published');
    const leaving = device.endAsync(false, {
      reasonCode: 0x04,
      properties: { sessionExpiryInterval: 0, reasonString: 'closing time' },
    });
    await within(STEP, 'disconnecting', leaving);
  } finally {
    await device.endAsync(true);
  }
}
