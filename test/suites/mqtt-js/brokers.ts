/** Runs the same tests on each broker, in each version that it speaks. */
import { after, afterEach, before, describe, test } from 'node:test';
import { aedes1, aedes2 } from './aedes.js';
import type { Broker, BrokerKind, BrokerOptions, ProtocolVersion } from './broker.js';
import { Clients } from './client.js';
import { mosquitto } from './mosquitto.js';

const TEST_SECONDS = 40;

/** A test that does not wait for ever. */
export function check(name: string, run: () => Promise<void>): void {
  test(name, { timeout: TEST_SECONDS * 1000 }, run);
}

/** What is there while tests run. */
export interface Setting {
  readonly broker: Broker;
  readonly clients: Clients;
}

export function onBroker(
  kind: BrokerKind,
  options: BrokerOptions,
  define: (setting: () => Setting) => void,
): void {
  describe(kind.name, () => {
    let setting: Setting | undefined;
    before(async () => {
      const broker = await kind.start(options);
      setting = { broker, clients: new Clients(broker) };
    });
    afterEach(() => setting?.clients.end());
    after(() => setting?.broker.stop());
    define(() => {
      if (setting === undefined) throw new Error(`${kind.name} did not start`);
      return setting;
    });
  });
}

export function onEachBroker(define: (kind: BrokerKind, setting: () => Setting) => void): void {
  for (const kind of [mosquitto, aedes1, aedes2]) {
    onBroker(kind, {}, (setting) => define(kind, setting));
  }
}

export function onEachVersion(
  define: (
    label: string,
    version: ProtocolVersion,
    setting: () => Setting,
    kind: BrokerKind,
  ) => void,
): void {
  onEachBroker((kind, setting) => {
    for (const version of kind.versions) {
      define(`${kind.name}, version ${version}`, version, setting, kind);
    }
  });
}
