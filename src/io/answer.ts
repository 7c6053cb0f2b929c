/** What to tell a peer that broke a rule (section 4.13 of MQTT 5.0; sections 3.2.2.3 and 4.8 of MQTT 3.1.1). */
import type { MqttError } from '../errors.js';
import { boolean } from '../options.js';
import type { Role } from '../protocol/packet-types.js';
import type { EncodablePacket } from '../protocol/packets.js';
import type { ReasonCode } from '../protocol/reason-codes.js';

/** How long the answer to an error may wait for a peer that does not read, in milliseconds. */
export const ANSWER_TIMEOUT = 1000;

/**
 * The packet to send before the connection is closed; `undefined`: none.
 *
 * @param owesConnack whether the peer waits for a CONNACK
 */
export function answerTo(error: MqttError, owesConnack: boolean): EncodablePacket | undefined {
  const { connectReturnCode: returnCode, reasonCode, protocolVersion } = error;
  // Nobody waits for an answer who has stopped in the middle of a packet.
  if (error.errorClass === 'TRANSPORT') return undefined;
  // The encoder refuses a reason code that the packet does not have.
  if (protocolVersion === 5) {
    return owesConnack
      ? {
          type: 'CONNACK',
          sessionPresent: false,
          reasonCode: reasonCode as ReasonCode<'CONNACK'>,
        }
      : { type: 'DISCONNECT', reasonCode: reasonCode as ReasonCode<'DISCONNECT'> };
  }
  if (!owesConnack || returnCode === undefined) return undefined;
  return { type: 'CONNACK', sessionPresent: false, returnCode };
}

/**
 * As whom errors are to be answered, by the options; `undefined`: not at all.
 *
 * @throws `TypeError` or `RangeError` naming the option at fault
 */
export function answeringRole(
  answerErrors: unknown = false,
  role: Role | undefined = 'any',
): Role | undefined {
  if (!boolean('answerErrors', answerErrors)) return undefined;
  if (role === 'any') throw new RangeError('option answerErrors needs the role server or client');
  return role;
}
