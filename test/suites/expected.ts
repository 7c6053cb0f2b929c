/** Where this package differs from mqtt-packet so that a test of others fails, and why it does. */
import type { ExpectedDifferences } from './results.js';

const LARGEST =
  'a PUBLISH of 256 MiB, the largest that the protocol knows: parsers refuse more than 64 MiB unless they are told otherwise, for without a limit anybody can make a broker gather 256 MiB. It passes with the limit raised';

/** By the names of the tests in mqtt-packet's test.js. */
export const MQTT_PACKET_DIFFERENCES: ExpectedDifferences = {
  'Max payload publish packet parse': LARGEST,
  'Max payload publish packet mirror': LARGEST,
};

/** Of MQTT.js 3.0.0. */
export const MQTT_JS_3_DIFFERENCES: ExpectedDifferences = {
  'client.js: MqttClient MQTT 5.0 auth packet':
    'it sends an AUTH without an Authentication Method, which is a Protocol Error (section 3.15.2.2.2)',
  'client.js: MqttClient MQTT 5.0 Change values of some properties by server response':
    'it sends a CONNECT with a Server Keep Alive, which only a CONNACK may have (section 3.1.2.11)',
};
