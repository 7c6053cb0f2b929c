/**
 * MQTT.js on Mosquitto and aedes. Its own tests are not in its package, so these are ours: `mqtt-js/`, one file a subject.
 *
 * They are bundled into the directory in which MQTT.js and aedes are installed, so that they load those.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { runNodeTests } from './node-test.js';
import { judge } from './results.js';
import type { Suite } from './suite.js';
import * as versions from './versions.js';
import { install } from './workplace.js';

const TESTS = 129;
const SECONDS = 420;
const SOURCES = fileURLToPath(new URL('mqtt-js', import.meta.url));

export const mqttJsSuite: Suite = {
  name: 'mqtt-js',
  async run({ candidate, node, progress }) {
    progress('installing');
    const place = await install(
      'mqtt-js',
      {
        mqtt: versions.MQTT_JS,
        aedes: versions.AEDES_1,
        'aedes-2': `npm:aedes@${versions.AEDES_2}`,
        ws: versions.WS,
      },
      candidate,
      node,
    );
    progress(`mqtt-packet is\n${place.tree}`);
    const names = readdirSync(SOURCES).filter((name) => name.endsWith('-test.ts'));
    await build({
      entryPoints: [...names, 'aedes-process.ts'].map((name) => join(SOURCES, name)),
      outdir: place.folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    });
    const files = names.map((name) => name.replace(/ts$/, 'mjs')).sort();
    progress(`${files.length} files of tests`);
    const { results, problems } = await runNodeTests(files, {
      node,
      folder: place.folder,
      seconds: SECONDS,
      environment: place.environment,
    });
    const expectation = { suite: 'mqtt-js', tests: TESTS, differences: {} };
    return judge(expectation, results, problems);
  },
};
