/**
 * A session of MQTT 3.1.1 like those of the published walkthroughs, with MQTT.js: an application, two devices and a
 * stranger. Each step waits for what it is to bring about, so that a packet lost is a step that fails.
 */
import type { IClientOptions, MqttClient } from 'mqtt';
import type { QoS } from 'mqtt-wasm';
import { ALIYUN_DEVICE, type Credentials, EMQX_APPLICATION, ONENET_DEVICE } from './credentials.js';
import { within } from './deadline.js';
import type { Address } from './proxy.js';
import { ALL_QOS, enter, message, ping, STEP } from './steps.js';

const PROPERTY_POST = '/sys/k1nxjv7zhTE/ESP8266/thing/event/property/post';
const PROPERTY_SET = '/sys/k1nxjv7zhTE/ESP8266/thing/service/property/set';
const STATUS = '/sys/k1nxjv7zhTE/ESP8266/status';
const ONENET_PROPERTY_SET = '$sys/L14FCC38pq/test1/thing/property/set';
const EMQX_POST = 'sys/hmvcfu/post';
const FIRMWARE = '固件/ESP8266';

async function send(
  sender: MqttClient,
  receiver: MqttClient,
  topic: string,
  payload: string | Buffer,
  qos: QoS,
): Promise<void> {
  const [arrived] = await Promise.all([
    message(receiver, topic),
    within(STEP, `publishing to ${topic}`, sender.publishAsync(topic, payload, { qos })),
  ]);
  if (!arrived.equals(Buffer.from(payload))) throw new Error(`${topic}: the message was altered`);
}

async function beRefused(address: Address, credentials: Credentials): Promise<void> {
  const outcome = await enter(address, credentials).then(
    async (client) => {
      await client.endAsync(true);
      return 'let in';
    },
    (error: Error & { code?: number }) => error.code ?? error.message,
  );
  if (outcome !== 4) throw new Error(`a wrong password: expected return code 4, got: ${outcome}`);
}

/**
 * Plays the session against the broker at `address`. Rejected when a step does not bring about
 * what it is to.
 *
 * @param announce called with the name of each step before it begins
 */
export async function playSession(
  address: Address,
  announce: (step: string) => void,
): Promise<void> {
  const clients: MqttClient[] = [];
  const join = async (credentials: Credentials, options?: IClientOptions) => {
    const client = await enter(address, credentials, options);
    client.on('error', () => {});
    clients.push(client);
    return client;
  };
  try {
    announce('An application connects and subscribes');
    const application = await join(EMQX_APPLICATION, { keepalive: 120, clean: false });
    await application.subscribeAsync({
      [EMQX_POST]: { qos: 0 },
      '/sys/k1nxjv7zhTE/+/thing/event/property/post': { qos: 2 },
      [STATUS]: { qos: 1 },
    });

    announce('A device connects with a will, and subscribes');
    const device = await join(ALIYUN_DEVICE, {
      will: { topic: STATUS, payload: Buffer.from('{"status":"offline"}'), qos: 1, retain: true },
    });
    await device.subscribeAsync({ [PROPERTY_SET]: { qos: 2 }, [FIRMWARE]: { qos: 1 } });

    announce('The device publishes at QoS 0, 1 and 2 to the application');
    for (const qos of ALL_QOS) {
      await send(device, application, PROPERTY_POST, `{"params":{"PowerSwitch_1":${qos}}}`, qos);
    }

    announce('The application publishes at QoS 0, 1 and 2 to the device');
    for (const qos of ALL_QOS) {
      await send(application, device, PROPERTY_SET, `{"params":{"LightSwitch":${qos}}}`, qos);
    }

    announce('A longer message, and one to oneself');
    await send(application, device, FIRMWARE, Buffer.alloc(4000, 'ESP8266 固件 '), 1);
    const report = '{"msg":{"paramdata":[{"temp":20,"humi":98}]}}';
    await send(application, application, EMQX_POST, report, 0);

    announce('The device asks whether the broker is there');
    await ping(device);

    announce('Another device connects, subscribes, unsubscribes and disconnects');
    const other = await join(ONENET_DEVICE, { keepalive: 100 });
    await other.subscribeAsync(ONENET_PROPERTY_SET, { qos: 0 });
    await send(application, other, ONENET_PROPERTY_SET, '{"id":"1","params":{"led":true}}', 0);
    await within(STEP, 'unsubscribing', other.unsubscribeAsync(ONENET_PROPERTY_SET));
    await within(STEP, 'disconnecting', other.endAsync());

    announce('A stranger with a wrong password is refused');
    await beRefused(address, { ...ONENET_DEVICE, password: 'open sesame' });

    announce('The device vanishes, and the application receives its will');
    const will = message(application, STATUS);
    device.stream.destroy();
    await will;

    announce('The application disconnects');
    await within(STEP, 'disconnecting', application.endAsync());
  } finally {
    await Promise.all(clients.map((client) => client.endAsync(true)));
  }
}
