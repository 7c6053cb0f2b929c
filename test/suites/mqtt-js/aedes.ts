import { fileURLToPath } from 'node:url';
import { freePort } from '../../../bench/brokers/ports.js';
import type { Broker, BrokerKind, ProtocolVersion, Transport } from './broker.js';
import { makeCertificate } from './certificate.js';
import { BrokerProcess } from './process.js';

/** Beside the file that this one is bundled into. */
const PROGRAM = fileURLToPath(new URL('aedes-process.mjs', import.meta.url));

async function start(packageName: string): Promise<Broker> {
  const certificate = makeCertificate();
  const ports: Record<Transport, number> = {
    mqtt: await freePort(),
    mqtts: await freePort(),
    ws: await freePort(),
    wss: await freePort(),
  };
  const args = [packageName, certificate.keyFile, certificate.certificateFile];
  const broker = new BrokerProcess(
    process.execPath,
    [PROGRAM, ...args, JSON.stringify(ports)],
    Object.values(ports),
  );
  await broker.start();
  return {
    url: (transport) => `${transport}://localhost:${ports[transport]}`,
    certificate: certificate.certificate,
    kill: () => broker.kill(),
    restart: () => broker.start(),
    async stop() {
      await broker.kill();
      certificate.remove();
    },
  };
}

function aedes(packageName: string, versions: readonly ProtocolVersion[]): BrokerKind {
  return { name: packageName, versions, keepsQos2: false, start: () => start(packageName) };
}

export const aedes1 = aedes('aedes', [3, 4]);
export const aedes2 = aedes('aedes-2', [4, 5]);
