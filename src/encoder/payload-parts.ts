/**
 * A payload that comes in parts: between `PUBLISH_START` and `PUBLISH_END` stand as many bytes as the
 * start has said, and no other packet. Else the peer would take what follows for payload, or
 * payload for packets.
 */
import { isBytes } from '../bytes.js';
import { MqttEncodeError } from '../errors.js';
import type { EncodablePacket, PublishPart } from '../protocol/packets.js';
import type { EncodingContext } from './context.js';
import { refuse } from './field-checks.js';

const EMPTY = new Uint8Array(0);

const CODE = 'ERR_MQTT_PAYLOAD_LENGTH';

/** How much is there of a payload that comes in parts. */
export class PayloadParts {
  /** Bytes that are still to come; `undefined` where no payload is under way. */
  left: number | undefined;

  /** Whether a payload has been started and not ended. */
  get isUnderWay(): boolean {
    return this.left !== undefined;
  }

  /** Refuses a packet that may not come next. */
  refuse(context: EncodingContext): never {
    const detail = context.continuesPayload
      ? `${context.type} needs a PUBLISH_START before it`
      : `is not a PUBLISH_PART or PUBLISH_END, and the payload under way has ${this.left} bytes left to come`;
    throw new MqttEncodeError(CODE, 'PUBLISH', 'packet', detail, context.protocolVersion);
  }

  /** A payload of so many bytes is under way from now on. */
  start(payloadLength: number): void {
    this.left = payloadLength;
  }

  /** The bytes of a part, or the none of the end, if they fit. They count only once {@link take} is told. */
  bytesOf(context: EncodingContext, packet: EncodablePacket): Uint8Array {
    const left = this.left ?? 0;
    if (context.type === 'PUBLISH_END') {
      if (left > 0) refuse(context, CODE, 'payload', `lacks ${left} bytes`);
      return EMPTY;
    }
    const { payload } = packet as PublishPart;
    if (!isBytes(payload)) {
      refuse(context, 'ERR_MQTT_FIELD_TYPE', 'payload', 'must be a Uint8Array');
    }
    if (payload.length > left) {
      const detail = `has ${payload.length} bytes where ${left} are left to come`;
      refuse(context, CODE, 'payload', detail);
    }
    return payload;
  }

  /** Counts what {@link bytesOf} has given. */
  take(context: EncodingContext, bytes: Uint8Array): void {
    this.left = context.type === 'PUBLISH_END' ? undefined : (this.left ?? 0) - bytes.length;
  }

  /** Refuses that nothing more comes while a payload is under way. */
  end(context: EncodingContext): void {
    if (this.left === undefined) return;
    const detail = `the packets ended with ${this.left} bytes of it left to come, or without PUBLISH_END`;
    refuse(context, CODE, 'payload', detail);
  }
}
