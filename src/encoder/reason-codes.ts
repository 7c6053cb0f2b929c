/** Reason codes (MQTT 5.0, section 2.4): which packet may carry which, and who may send it. */
import {
  DOUBTFUL_DISCONNECT_CODE,
  isReasonCode,
  type ReasonCodePacketType,
  senderOfReasonCode,
} from '../protocol/reason-codes.js';
import type { EncodingContext } from './context.js';
import { listOf, refuse } from './field-checks.js';
import type { FieldWriter } from './field-writer.js';

/** Says why `code` may not be sent; `undefined` if it may. */
function fault(context: EncodingContext, code: number): string | undefined {
  const { sender, sendsDoubtfulReasonCodes } = context;
  const type = context.packetType as ReasonCodePacketType;
  if (!isReasonCode(type, code)) return 'is not a reason code of this packet';
  if (!isReasonCode(type, code, sender)) {
    const only = senderOfReasonCode(type, code) === 'client' ? 'Client' : 'Server';
    return `is one that only a ${only} may send`;
  }
  if (type === 'DISCONNECT' && code === DOUBTFUL_DISCONNECT_CODE && !sendsDoubtfulReasonCodes) {
    return 'is a doubtful reason code of this packet, which needs sendDoubtfulReasonCodes';
  }
  return undefined;
}

/** The reason code, if the sender may send it in this packet. */
export function reasonCodeOf(context: EncodingContext, field: string, code: number): number {
  const detail = fault(context, code);
  if (detail !== undefined) refuse(context, 'ERR_MQTT_REASON_CODE', field, detail);
  return code;
}

/** The reason code of a packet that may leave it out: 0 if it does, and always before MQTT 5.0. */
export function optionalReasonCodeOf(
  context: EncodingContext,
  { reasonCode = 0 }: { readonly reasonCode?: number | undefined },
): number {
  if (context.protocolVersion === 5) return reasonCodeOf(context, 'reasonCode', reasonCode);
  if (reasonCode !== 0) refuse(context, 'ERR_MQTT_VERSION_OF_PACKET', 'reasonCode');
  return 0;
}

/** The reason codes of SUBACK or UNSUBACK: at least one. */
export function reasonCodeListOf(
  context: EncodingContext,
  reasonCodes: readonly number[] | undefined,
): readonly number[] {
  const code = 'ERR_MQTT_NO_REASON_CODE';
  if (reasonCodes === undefined) return refuse(context, code, 'reasonCodes');
  return listOf(context, 'reasonCodes', reasonCodes, code);
}

/** Writes the reason codes of SUBACK or UNSUBACK, one byte each. */
export function writeReasonCodes(
  writer: FieldWriter,
  reasonCodes: readonly number[] | undefined,
): void {
  const { context } = writer;
  for (const [index, code] of reasonCodeListOf(context, reasonCodes).entries()) {
    writer.uint8(reasonCodeOf(context, `reasonCodes[${index}]`, code));
  }
}
