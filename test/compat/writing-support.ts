/** What tests of `generate()` and `writeToStream()` need: mqtt-packet to compare with, and streams that keep what was written. */
import { Writable } from 'node:stream';
import mqtt from 'mqtt-packet';
import { expect } from 'vitest';
import { generate } from '../../src/compat/generate.js';
import type { Packet } from '../../src/compat/types.js';
import { writeToStream } from '../../src/compat/write-to-stream.js';

/** Tests hand over what no type allows, as JavaScript programs do. */
export type Loose = Readonly<Record<string, unknown>>;

export const MQTT5 = { protocolVersion: 5 } as const;

export function generated(packet: Loose, opts?: object): string {
  return generate(packet as unknown as Packet, opts).toString('hex');
}

/** What mqtt-packet makes of it. */
export function theirs(packet: Loose, opts: object = {}): string {
  return mqtt.generate(packet as unknown as mqtt.Packet, opts).toString('hex');
}

export function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
}

/** A stream that keeps what it is told; it takes more as long as `takes` is set. */
export class Recorder extends Writable {
  readonly chunks: Buffer[] = [];
  takes = true;
  corks = 0;

  constructor() {
    super({ highWaterMark: 1 << 30 });
  }

  override cork(): void {
    this.corks++;
    super.cork();
  }

  override write(chunk: Buffer): boolean {
    this.chunks.push(chunk);
    return super.write(chunk) && this.takes;
  }

  override _write(_chunk: Buffer, _encoding: string, done: () => void): void {
    done();
  }

  get hex(): string {
    return Buffer.concat(this.chunks).toString('hex');
  }
}

export function written(packet: Loose, stream: Writable, opts?: object): boolean {
  return writeToStream(packet as unknown as Packet, stream, opts);
}

/** Both functions refuse the packet with this text; the stream is destroyed with the error and nothing is written. */
export async function expectRefused(text: string, packet: Loose, opts?: object): Promise<void> {
  expect(messageOf(() => generated(packet, opts))).toBe(text);
  const stream = new Recorder();
  const errors: Error[] = [];
  stream.on('error', (error) => errors.push(error));
  expect(written(packet, stream, opts)).toBe(false);
  await new Promise(setImmediate);
  expect(errors.map(({ message }) => message)).toEqual([text]);
  expect(stream.destroyed).toBe(true);
  expect(stream.chunks).toEqual([]);
}
