/** What is installed from npm, each version once. */

export const MQTT_PACKET = '9.0.2';
export const AEDES_1 = '1.2.0';
export const AEDES_2 = '2.0.0-beta.1';
export const MQTT_JS = '5.16.0';
/** One whose package has its tests. */
export const MQTT_JS_3 = '3.0.0';
export const MQTT_CONNECTION = '4.1.0';

/** What their tests need besides. */
export const TAPE = '5.10.2';
export const READABLE_STREAM = '4.7.0';
export const WS = '8.21.3';
export const MOCHA = '4.1.0';
export const SHOULD = '13.2.3';
export const SINON = '1.17.7';
export const THROUGH2 = '3.0.2';
export const WS_3 = '3.3.3';
export const MKDIRP = '0.5.6';
export const SAFE_BUFFER = '5.2.1';
