/**
 * mqtt-packet's own tests, which are in its package: `test.js` for tape, and `testRandom.js`, which feeds a parser with
 * random bytes and prints what it threw.
 */
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ChildOptions, type ChildResult, endingOf, runChild } from './child.js';
import { MQTT_PACKET_DIFFERENCES } from './expected.js';
import { type ExpectedDifferences, indented, judge, type SuiteResult } from './results.js';
import type { Suite } from './suite.js';
import { readTap } from './tap.js';
import * as versions from './versions.js';
import { install, unpack } from './workplace.js';

const TESTS = 352;
const SECONDS = 120;
const RANDOM_PACKETS = 100_000;

/** The tests load what they test from where they are. */
const ENTRY = "const mqtt = module.exports = require('mqtt-packet');\n";
/** The largest packet that there can be. */
const NO_LIMIT = 'mqtt.parser.defaults.maximumPacketSize = 268_435_460;\n';

async function runTests(
  node: string,
  options: ChildOptions,
  differences: ExpectedDifferences,
): Promise<SuiteResult> {
  const run = await runChild(node, ['node_modules/tape/bin/tape', 'test.js'], options);
  const { results, complete } = readTap(run.output, 'test.js');
  const problems = endingOf(run, SECONDS);
  if (!complete) problems.push(`test.js broke off\n${indented(run.errors)}`);
  return judge({ suite: 'mqtt-packet', tests: TESTS, differences }, results, problems);
}

/** It ends well whatever it saw, so its text has to be read. */
function problemsOfRandom(run: ChildResult): string[] {
  const figure = (title: string) => Number(new RegExp(`${title}: (\\d+)`).exec(run.output)?.[1]);
  const fine =
    run.code === 0 &&
    !run.output.includes('Exception') &&
    figure('Sent packets') === RANDOM_PACKETS &&
    figure('Valid packets') > 0 &&
    figure('Erroneous packets') > 0;
  return fine ? [] : [`failed: testRandom.js\n${indented(run.output + run.errors)}`];
}

export const mqttPacketSuite: Suite = {
  name: 'mqtt-packet',
  async run({ candidate, node, progress }) {
    progress('installing');
    const dependencies = { tape: versions.TAPE, 'readable-stream': versions.READABLE_STREAM };
    const place = await install('mqtt-packet', dependencies, candidate, node);
    const { folder, environment } = place;
    progress(`mqtt-packet is\n${place.tree}`);
    const original = await unpack('mqtt-packet', versions.MQTT_PACKET);
    for (const file of ['test.js', 'testRandom.js']) {
      copyFileSync(join(original, file), join(folder, file));
    }
    const entry = join(folder, 'index.js');
    const options = { folder, environment, seconds: SECONDS };
    writeFileSync(entry, ENTRY);

    progress('test.js');
    const differences = candidate.isReference ? {} : MQTT_PACKET_DIFFERENCES;
    const result = await runTests(node, options, differences);

    progress('testRandom.js');
    const random = await runChild(node, ['testRandom.js'], options);
    const problems = [
      ...result.problems,
      ...endingOf(random, SECONDS),
      ...problemsOfRandom(random),
    ];
    if (!candidate.isReference) {
      progress('test.js with the largest maximumPacketSize');
      writeFileSync(entry, ENTRY + NO_LIMIT);
      problems.push(...(await runTests(node, options, {})).problems);
    }
    return { ...result, problems };
  },
};
