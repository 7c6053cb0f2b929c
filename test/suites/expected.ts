/** Where this package differs from mqtt-packet so that a test of others fails, and why it does. */
import type { ExpectedDifferences } from './results.js';

const LARGEST =
  'a PUBLISH of 256 MiB, the largest that the protocol knows: parsers refuse more than 64 MiB unless they are told otherwise, for without a limit anybody can make a broker gather 256 MiB';

export const MQTT_PACKET_DIFFERENCES: ExpectedDifferences = {
  'Max payload publish packet parse': LARGEST,
  'Max payload publish packet mirror': LARGEST,
};
