/** What to tell a peer that broke a rule (section 4.13 of MQTT 5.0; sections 3.2.2.3 and 4.8 of MQTT 3.1.1). */
import type { MqttError } from '../errors.js';
import type { EncodablePacket } from '../protocol/packets.js';
import type { ReasonCode } from '../protocol/reason-codes.js';

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
