/** The round trip with the build for Node.js. Arguments: the file with the reference frames. */
import { readFileSync } from 'node:fs';
import * as mqtt from 'mqtt-wasm';
import { roundTrip } from './round-trip.mjs';

const { frames } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const report = await roundTrip(
  mqtt,
  frames.map(({ hex }) => hex),
);
process.stdout.write(JSON.stringify(report));
