/** The tests of aedes, which are in its package. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runNodeTests } from './node-test.js';
import { fileSuite, type Suite } from './suite.js';
import * as versions from './versions.js';

const SECONDS = 300;

/** It needs Docker. */
const LEFT_OUT = new Set(['drain-toxiproxy.js']);

function aedesSuite(name: string, version: string, tests: number): Suite {
  return fileSuite({
    name,
    tests,
    dependencies: { aedes: version, mqtt: versions.MQTT_JS, ws: versions.WS },
    async files({ folder }) {
      return readdirSync(join(folder, 'node_modules/aedes/test'))
        .filter((file) => /\.c?js$/.test(file) && !LEFT_OUT.has(file))
        .sort();
    },
    run: (files, { folder, environment }, node) =>
      runNodeTests(
        files.map((file) => join('test', file)),
        { node, folder: join(folder, 'node_modules/aedes'), seconds: SECONDS, environment },
      ),
  });
}

export const aedesSuites: readonly Suite[] = [
  aedesSuite('aedes-1', versions.AEDES_1, 368),
  aedesSuite('aedes-2', versions.AEDES_2, 387),
];
