/** Reports the names that the package's root exports under the conditions in force. */
import * as mqtt from 'mqtt-wasm';

process.stdout.write(JSON.stringify(Object.keys(mqtt).sort()));
