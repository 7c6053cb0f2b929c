/** The types of mqtt-packet: code that is written against them compiles. `npm run typecheck` looks at it. */
import type { EventEmitter } from 'node:events';
import type * as theirs from 'mqtt-packet';
import { describe, expectTypeOf, it } from 'vitest';
import type * as ours from '../../src/index.js';
import { parser } from '../../src/index.js';

describe('types', () => {
  it('of packets are those of mqtt-packet', () => {
    expectTypeOf<ours.QoS>().toEqualTypeOf<theirs.QoS>();
    expectTypeOf<ours.PacketCmd>().toEqualTypeOf<theirs.PacketCmd>();
    expectTypeOf<ours.UserProperties>().toEqualTypeOf<theirs.UserProperties>();
    expectTypeOf<ours.IPacket>().toEqualTypeOf<theirs.IPacket>();
    expectTypeOf<ours.IAuthPacket>().toEqualTypeOf<theirs.IAuthPacket>();
    expectTypeOf<ours.IConnectPacket>().toEqualTypeOf<theirs.IConnectPacket>();
    expectTypeOf<ours.IPublishPacket>().toEqualTypeOf<theirs.IPublishPacket>();
    expectTypeOf<ours.IConnackPacket>().toEqualTypeOf<theirs.IConnackPacket>();
    expectTypeOf<ours.ISubscription>().toEqualTypeOf<theirs.ISubscription>();
    expectTypeOf<ours.ISubscribePacket>().toEqualTypeOf<theirs.ISubscribePacket>();
    expectTypeOf<ours.ISubackPacket>().toEqualTypeOf<theirs.ISubackPacket>();
    expectTypeOf<ours.IUnsubscribePacket>().toEqualTypeOf<theirs.IUnsubscribePacket>();
    expectTypeOf<ours.IUnsubackPacket>().toEqualTypeOf<theirs.IUnsubackPacket>();
    expectTypeOf<ours.IPubackPacket>().toEqualTypeOf<theirs.IPubackPacket>();
    expectTypeOf<ours.IPubcompPacket>().toEqualTypeOf<theirs.IPubcompPacket>();
    expectTypeOf<ours.IPubrelPacket>().toEqualTypeOf<theirs.IPubrelPacket>();
    expectTypeOf<ours.IPubrecPacket>().toEqualTypeOf<theirs.IPubrecPacket>();
    expectTypeOf<ours.IPingreqPacket>().toEqualTypeOf<theirs.IPingreqPacket>();
    expectTypeOf<ours.IPingrespPacket>().toEqualTypeOf<theirs.IPingrespPacket>();
    expectTypeOf<ours.IDisconnectPacket>().toEqualTypeOf<theirs.IDisconnectPacket>();
    expectTypeOf<ours.Packet>().toEqualTypeOf<theirs.Packet>();
  });

  it('of functions take what those of mqtt-packet take, and give no less', () => {
    expectTypeOf<typeof ours.parser>().toExtend<typeof theirs.parser>();
    expectTypeOf<ours.Parser>().toExtend<theirs.Parser>();
    expectTypeOf<ours.Parser>().toExtend<EventEmitter>();
  });

  it('of listeners are known', () => {
    const made = parser({ anything: 'else' });
    made.on('packet', (packet) => expectTypeOf(packet).toEqualTypeOf<ours.Packet>());
    // A listener may say what it expects of an error.
    made.on('error', (error: RangeError) => expectTypeOf(error).toEqualTypeOf<RangeError>());
    made.on('something else', (...values: unknown[]) => expectTypeOf(values).toBeArray());
  });
});
