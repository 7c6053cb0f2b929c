/** The round trip as a bundler takes it in: whatever the package's root is under the condition `browser`. */
import * as mqtt from 'mqtt-wasm';
import { roundTrip } from './round-trip.mjs';

export const run = (frames) => roundTrip(mqtt, frames);
