/**
 * MQTT.js on Mosquitto and aedes. Its own tests are not in its package any more, so these are ours: `mqtt-js/`, one file a
 * subject. They are bundled into the directory in which MQTT.js and aedes are installed, so that they load those.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { runNodeTests } from './node-test.js';
import { fileSuite } from './suite.js';
import * as versions from './versions.js';

const SECONDS = 240;
const SOURCES = fileURLToPath(new URL('mqtt-js', import.meta.url));

export const mqttJsSuite = fileSuite({
  name: 'mqtt-js',
  tests: 129,
  isOurs: true,
  dependencies: {
    mqtt: versions.MQTT_JS,
    aedes: versions.AEDES_1,
    'aedes-2': `npm:aedes@${versions.AEDES_2}`,
    ws: versions.WS,
  },
  async files({ folder }) {
    const names = readdirSync(SOURCES).filter((name) => name.endsWith('-test.ts'));
    await build({
      entryPoints: [...names, 'aedes-process.ts'].map((name) => join(SOURCES, name)),
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    });
    return names.map((name) => name.replace(/ts$/, 'mjs')).sort();
  },
  run: (files, { folder, environment }, node) =>
    runNodeTests(files, { node, folder, seconds: SECONDS, environment }),
});
