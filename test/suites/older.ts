/**
 * Packages that were made for mqtt-packet 6 and have their tests with them: mqtt-connection, and MQTT.js 3.0.0. Both run on
 * mqtt-packet 9 but for a few tests.
 */
import { join } from 'node:path';
import { MQTT_JS_3_DIFFERENCES } from './expected.js';
import { runMochaTests } from './mocha.js';
import { type FileSuite, fileSuite, type Suite } from './suite.js';
import * as versions from './versions.js';

const SECONDS = 240;

const TOOLS = { mocha: versions.MOCHA, should: versions.SHOULD };

/** What a suite for mocha says of itself. */
type MochaSuite = Pick<
  FileSuite,
  'name' | 'tests' | 'dependencies' | 'faults' | 'differences' | 'unsteady'
> & {
  readonly packageName: string;
  readonly testFiles: readonly string[];
};

function mochaSuite({ packageName, testFiles, dependencies, ...suite }: MochaSuite): Suite {
  return fileSuite({
    ...suite,
    dependencies: { ...TOOLS, ...dependencies },
    files: async () => testFiles,
    run: (files, { folder, environment }, node) =>
      runMochaTests(files, {
        node,
        folder: join(folder, 'node_modules', packageName),
        seconds: SECONDS,
        environment,
      }),
  });
}

export const olderSuites: readonly Suite[] = [
  mochaSuite({
    name: 'mqtt-connection',
    packageName: 'mqtt-connection',
    tests: 77,
    testFiles: ['connection.js', 'connection-v5.js'],
    dependencies: { 'mqtt-connection': versions.MQTT_CONNECTION },
    faults: {
      'connection.js: Connection parsing pubrel should fire a pubrel event':
        'its PUBREL has the flags 0000, which mqtt-packet 9 refuses',
    },
  }),
  mochaSuite({
    name: 'mqtt-js-3',
    packageName: 'mqtt',
    tests: 450,
    // The certificate of secure_client.js has expired; the others know nothing of packets.
    testFiles: ['client.js', 'websocket_client.js'],
    dependencies: {
      mqtt: versions.MQTT_JS_3,
      'mqtt-connection': versions.MQTT_CONNECTION,
      sinon: versions.SINON,
      through2: versions.THROUGH2,
      ws: versions.WS_3,
      mkdirp: versions.MKDIRP,
      'safe-buffer': versions.SAFE_BUFFER,
    },
    differences: MQTT_JS_3_DIFFERENCES,
    unsteady: ['MqttClient', 'MqttClient MQTT 5.0'].flatMap((group) =>
      [1, 2].map(
        (qos) =>
          `client.js: ${group} auto reconnect should resend in-flight QoS ${qos} publish messages from the client`,
      ),
    ),
  }),
];
