/** The same decode behind a Node.js stream, which costs more than the decode itself. */
import { Readable, Transform } from 'node:stream';
import mqtt from 'mqtt-packet';
import { type ControlPacket, DecoderStream, decodeBatches, type FrameBatch } from 'mqtt-wasm';
import type { Case, Contestant } from './contest.js';
import { observe, observeReference, packetChecksum, touch, touchReference } from './decode.js';
import type { ExpectedPacket } from './frames.js';
import { comparePackets, PACKET_FIELDS } from './verify.js';
import { type Workload, workloadOf } from './workloads.js';

const REFERENCE = "mqtt-packet in a Transform, 'data'";

/** Has the chunks decoded and gives every item to `visit`; how is what is measured. */
type Consume<Item> = (chunks: readonly Buffer[], visit: (item: Item) => void) => Promise<void>;

function byData<Item>(makeStream: () => Transform): Consume<Item> {
  return (chunks, visit) =>
    new Promise((resolve, reject) => {
      const stream = makeStream();
      stream.on('data', visit).once('end', resolve).once('error', reject);
      Readable.from(chunks).pipe(stream);
    });
}

function byForAwait<Item>(makeStream: () => Transform): Consume<Item> {
  return async (chunks, visit) => {
    for await (const item of Readable.from(chunks).pipe(makeStream())) visit(item);
  };
}

/** Without a Transform between the socket, which is a Readable here, and the loop. */
const byDecodeBatches: Consume<FrameBatch> = async (chunks, visit) => {
  for await (const batch of decodeBatches(Readable.from(chunks))) visit(batch);
};

const CONSUMERS = [
  ["'data'", byData],
  ['for await', byForAwait],
] as const;

/** mqtt-packet as it is put into a pipeline: a Transform that pushes what the parser emits. */
class ReferenceStream extends Transform {
  readonly #parser = mqtt.parser();

  constructor() {
    super({ readableObjectMode: true });
    this.#parser.on('packet', (packet) => this.push(packet));
    this.#parser.on('error', (error: Error) => this.destroy(error));
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.#parser.parse(chunk);
    callback();
  }
}

/** A contestant whose items are visited to count, or to be compared. */
function contestant<Item>(
  name: string,
  { chunks, packets }: Workload,
  consume: Consume<Item>,
  sumOf: (item: Item) => number,
  observeAll: (item: Item) => readonly ExpectedPacket[],
): Contestant {
  return {
    name,
    isAsync: true,
    checksum: packetChecksum(packets),
    async run() {
      let sum = 0;
      await consume(chunks, (item) => {
        sum += sumOf(item);
      });
      return sum;
    },
    async check() {
      const found: ExpectedPacket[] = [];
      await consume(chunks, (item) => {
        found.push(...observeAll(item));
      });
      comparePackets(found, packets, PACKET_FIELDS);
    },
  };
}

function touchBatch(batch: FrameBatch): number {
  let sum = 0;
  for (const packet of batch.packets()) sum += touch(packet);
  return sum;
}

function observeBatch(batch: FrameBatch): ExpectedPacket[] {
  return [...batch.packets()].map(observe);
}

export function streamCase(id: string): Case {
  const workload = workloadOf(id);
  const contestants: Contestant[] = [];
  for (const [how, consume] of CONSUMERS) {
    contestants.push(
      contestant<ControlPacket>(
        `packets, ${how}`,
        workload,
        consume(() => new DecoderStream()),
        touch,
        (packet) => [observe(packet)],
      ),
      contestant<FrameBatch>(
        `batches, ${how}`,
        workload,
        consume(() => new DecoderStream({ deliver: 'batches' })),
        touchBatch,
        observeBatch,
      ),
    );
  }
  contestants.push(
    contestant('decodeBatches(), for await', workload, byDecodeBatches, touchBatch, observeBatch),
    contestant<mqtt.Packet>(
      REFERENCE,
      workload,
      byData(() => new ReferenceStream()),
      touchReference,
      (packet) => [observeReference(packet)],
    ),
  );
  return {
    id: `stream/${id}`,
    kind: 'stream',
    title: workload.title,
    packets: workload.packets.length,
    byteLength: workload.byteLength,
    reference: REFERENCE,
    contestants,
  };
}
