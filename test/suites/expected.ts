/** Where this package differs from mqtt-packet so that a test of others fails, and why it does. */
import type { ExpectedDifferences } from './results.js';

export const MQTT_PACKET_DIFFERENCES: ExpectedDifferences = {};
