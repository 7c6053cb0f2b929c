/** Properties (MQTT 5.0, section 2.2.2) in a row that has been checked. */
import { integerBytes, readProperties, variableByteInteger } from '../properties.js';

/** The properties of packet type `holder` up to `end`, whose length stands at `at`. */
export function propertiesBehind(
  bytes: Uint8Array,
  at: number,
  end: number,
  holder: number,
): Record<string, unknown> {
  const start = at + integerBytes(variableByteInteger(bytes, at, end, 0, at));
  return readProperties(bytes, start, end, holder);
}
