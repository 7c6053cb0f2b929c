import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../bench/brokers/ports.js';
import {
  type Broker,
  type BrokerKind,
  type BrokerOptions,
  PASSWORD,
  type Transport,
  USER_NAME,
} from './broker.js';
import { makeCertificate } from './certificate.js';
import { BrokerProcess } from './process.js';
import { startBridge } from './websocket-bridge.js';

async function start({ configuration = [] }: BrokerOptions = {}): Promise<Broker> {
  const folder = mkdtempSync(join(tmpdir(), 'mosquitto-'));
  const certificate = makeCertificate();
  const ports: Record<Transport, number> = {
    mqtt: await freePort(),
    mqtts: await freePort(),
    ws: await freePort(),
    wss: await freePort(),
  };
  const passwords = join(folder, 'passwords');
  execFileSync('mosquitto_passwd', ['-b', '-c', passwords, USER_NAME, PASSWORD]);
  const file = join(folder, 'mosquitto.conf');
  writeFileSync(
    file,
    [
      'allow_anonymous true',
      `password_file ${passwords}`,
      'persistence false',
      'max_queued_messages 0',
      // MQTT.js sends as many messages at once as it is told to.
      'max_inflight_messages 0',
      ...(process.getuid?.() === 0 ? ['user root'] : []),
      `listener ${ports.mqtt} 127.0.0.1`,
      ...configuration,
      `listener ${ports.mqtts} 127.0.0.1`,
      `certfile ${certificate.certificateFile}`,
      `keyfile ${certificate.keyFile}`,
      '',
    ].join('\n'),
  );
  const broker = new BrokerProcess('mosquitto', ['-c', file], [ports.mqtt, ports.mqtts]);
  await broker.start();
  const bridges = [
    await startBridge(ports.ws, ports.mqtt),
    await startBridge(ports.wss, ports.mqtt, certificate),
  ];
  return {
    url: (transport) => `${transport}://localhost:${ports[transport]}`,
    certificate: certificate.certificate,
    kill: () => broker.kill(),
    restart: () => broker.start(),
    async stop() {
      for (const bridge of bridges) await bridge.stop();
      await broker.kill();
      certificate.remove();
      rmSync(folder, { recursive: true });
    },
  };
}

export const mosquitto: BrokerKind = {
  name: 'Mosquitto',
  versions: [3, 4, 5],
  keepsQos2: true,
  start,
};
