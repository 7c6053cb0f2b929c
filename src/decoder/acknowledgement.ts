/** PUBACK, PUBREC, PUBREL, PUBCOMP of MQTT 5.0 (sections 3.4 to 3.7), of a row that has been checked. */
import {
  COLUMN_BODY,
  COLUMN_END,
  COLUMN_FIRST_BYTE,
  COLUMN_PACKET_IDENTIFIER,
  ROW_HAS_PROPERTIES,
} from '../../assembly/layout.js';
import type { AcknowledgementPacket, AcknowledgementProperties } from '../protocol/packets.js';
import type { ReasonCode } from '../protocol/reason-codes.js';
import { propertiesBehind } from './properties.js';

/** Behind the Packet Identifier stand a reason code, then properties, as far as they are not left out. */
export function acknowledgementAt<Type extends AcknowledgementPacket['type']>(
  rows: Int32Array,
  row: number,
  bytes: Uint8Array,
  type: Type,
): AcknowledgementPacket {
  const packetIdentifier = rows[row + COLUMN_PACKET_IDENTIFIER] as number;
  const at = (rows[row + COLUMN_BODY] as number) + 2;
  const reasonCode = (at === rows[row + COLUMN_END] ? 0 : bytes[at]) as ReasonCode<Type>;
  const properties = acknowledgementPropertiesAt(rows, row, bytes);
  return {
    type,
    packetIdentifier,
    reasonCode,
    ...(properties === undefined ? undefined : { properties }),
  } as AcknowledgementPacket;
}

/** The properties, if there are any. */
export function acknowledgementPropertiesAt(
  rows: Int32Array,
  row: number,
  bytes: Uint8Array,
): AcknowledgementProperties | undefined {
  const first = rows[row + COLUMN_FIRST_BYTE] as number;
  if ((first & ROW_HAS_PROPERTIES) === 0) return undefined;
  const at = (rows[row + COLUMN_BODY] as number) + 3;
  const end = rows[row + COLUMN_END] as number;
  return propertiesBehind(bytes, at, end, (first >> 4) & 0x0f) as AcknowledgementProperties;
}
