/** The round trip with `mqtt-wasm/web`, asked for by name. */
import * as mqtt from 'mqtt-wasm/web';
import { roundTrip } from './round-trip.mjs';

export const run = (frames) => roundTrip(mqtt, frames);
