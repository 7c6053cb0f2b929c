/** The steps that sessions are made of: each waits for what it is to bring about. */
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import type { QoS } from 'mqtt-wasm';
import type { Credentials } from './credentials.js';
import { within } from './deadline.js';
import { type Address, addressText } from './proxy.js';

/** How long one step may take, in milliseconds. */
export const STEP = 3000;
export const ALL_QOS: readonly QoS[] = [0, 1, 2];

/** Where MQTT.js is to connect to. */
export function brokerUrl(address: Address): string {
  return `mqtt://${addressText(address)}`;
}

/** What the clients of all sessions have in common. */
export const CLIENT_OPTIONS: IClientOptions = { reconnectPeriod: 0, connectTimeout: STEP };

/** Connects with MQTT 3.1.1. */
export function enter(
  address: Address,
  { clientIdentifier, userName, password }: Credentials,
  options: IClientOptions = {},
): Promise<MqttClient> {
  const connecting = connectAsync(brokerUrl(address), {
    ...CLIENT_OPTIONS,
    protocolVersion: 4,
    clientId: clientIdentifier,
    username: userName,
    password,
    ...options,
  });
  return within(2 * STEP, `connecting as ${clientIdentifier}`, connecting);
}

/** The next message with this topic. */
export function message(client: MqttClient, topic: string): Promise<Buffer> {
  const arriving = new Promise<Buffer>((resolve) => {
    const listener = (arrived: string, payload: Buffer) => {
      if (arrived !== topic) return;
      client.off('message', listener);
      resolve(payload);
    };
    client.on('message', listener);
  });
  return within(STEP, `message for ${topic}`, arriving);
}

/** A PINGREQ and its answer. */
export async function ping(client: MqttClient): Promise<void> {
  const answered = new Promise<void>((resolve) => {
    client.on('packetreceive', (packet) => {
      if (packet.cmd === 'pingresp') resolve();
    });
  });
  client.sendPing();
  await within(STEP, 'PINGRESP', answered);
}
