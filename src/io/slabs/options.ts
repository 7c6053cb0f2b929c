/** Options of a pool, and of its readers. */
import type { Duplex, Readable } from 'node:stream';
import { type DecoderOptions, OPTION_NAMES } from '../../decoder/options.js';
import { boolean, integer, oneOf, optionsObject } from '../../options.js';
import type { Role } from '../../protocol/packet-types.js';
import { SCANNER_CHOICES, type ScannerChoice } from '../../scanner/choose.js';
import { answeringRole } from '../answer.js';
import type { SlabBatch } from './batch.js';
import type { SlabReader } from './reader.js';
import { reserveOf } from './store.js';

/** Options of a {@link SlabPool}. The memory of a pool is what is in them: `slabs` times `slabBytes`, and 2.7 MiB. Each ring has its own besides: see `SlabPool.ring()`. */
export interface SlabPoolOptions {
  /** How many slabs there are: 64 by default, at least 4, and at least 26 where the memory is shared. */
  readonly slabs?: number | undefined;
  /**
   * Bytes of a slab, a multiple of 64: 131,072 by default, at least 16,384, and at least 131,072 where the memory is shared. A socket reads half of it at a time, and
   * 65,536 bytes at most.
   */
  readonly slabBytes?: number | undefined;
  /** How many batches may be held at the same time: 4,096 by default, at least 64. */
  readonly maximumBatches?: number | undefined;
  /** Whether other threads are to see the memory: see `SlabPool.ring()`. `false` by default. */
  readonly shared?: boolean | undefined;
  /** The scanner: `auto` (the default) is the fastest that this engine runs. */
  readonly scanner?: ScannerChoice | undefined;
}

export type ResolvedPoolOptions = {
  readonly [Name in keyof SlabPoolOptions]-?: NonNullable<SlabPoolOptions[Name]>;
};

const NAMES = ['slabs', 'slabBytes', 'maximumBatches', 'shared', 'scanner'] as const;
/** The address space of a module is 4 GiB, in which the end of the longest frame must lie wherever it begins, although it may be out of the memory. */
const MOST_BYTES = 0xe000_0000;

/** @throws `TypeError` or `RangeError` naming the option at fault */
export function resolvePoolOptions(options: SlabPoolOptions): ResolvedPoolOptions {
  const given = optionsObject(options, NAMES);
  const shared = boolean('shared', given.shared ?? false);
  const smallest = shared ? 131_072 : 16_384;
  const slabBytes = integer('slabBytes', given.slabBytes ?? 131_072, smallest, 1 << 28);
  if (slabBytes % 64 !== 0) throw new RangeError('option slabBytes must be a multiple of 64');
  const fewest = shared ? 2 * reserveOf(slabBytes, true) + 4 : 4;
  const most = Math.floor(MOST_BYTES / slabBytes);
  const slabs = integer('slabs', given.slabs ?? 64, fewest, most);
  const maximumBatches = integer('maximumBatches', given.maximumBatches ?? 4096, 64, 1 << 20);
  const scanner = oneOf('scanner', given.scanner ?? 'auto', SCANNER_CHOICES);
  return { slabs, slabBytes, maximumBatches, shared, scanner };
}

/** Options of a reader: those of a decoder but `scanner`, which is the pool's, and what to do with batches. */
export interface SlabReaderOptions<S extends Readable = Duplex>
  extends Omit<DecoderOptions, 'scanner'> {
  /**
   * Gets the frames that a read has completed. The batch is good until the handler is over; if it returns a promise, until that is
   * settled, and nothing more is read from this connection before. What the handler throws, or rejects with, destroys the socket.
   * When that has been closed or destroyed by then nobody hears of it, so a handler that outlives its socket has to report its errors itself.
   */
  readonly onBatch: (batch: SlabBatch, reader: SlabReader<S>) => unknown;
  /**
   * As `DecoderOptions.publishPartsAbove`, but half a slab by default: what is longer comes in parts, unless you set it higher. Where the
   * memory is shared it may not be more. The header of a PUBLISH that comes in parts may be longer.
   */
  readonly publishPartsAbove?: number | undefined;
  /**
   * Whether the peer is told what it did wrong before the socket is destroyed (section 4.13 of MQTT 5.0): by CONNACK if nothing has been
   * written to the socket yet, else by DISCONNECT, which only MQTT 5.0 has for this. Needs the role `server` or `client`, and a stream that
   * can be written to. `false` if left out.
   */
  readonly answerErrors?: boolean | undefined;
  /** As `DecoderOptions.maximumListPacketSize`, but half a slab less 1,024 bytes at most where the memory is shared. */
  readonly maximumListPacketSize?: number | undefined;
  /**
   * As `DecoderOptions.maximumConnectPacketSize`, but half a slab by default and at most where the memory is shared; there no CONNECT may be larger
   * than a slab, whatever `role` and `state` are.
   */
  readonly maximumConnectPacketSize?: number | undefined;
}

export interface ResolvedReaderOptions<S extends Readable> {
  readonly onBatch: SlabReaderOptions<S>['onBatch'];
  /** As whom errors are to be answered. */
  readonly answersAs: Role | undefined;
  readonly decoder: DecoderOptions;
}

/**
 * Half of the smallest slab that can be shared holds the longest Topic Name of a PUBLISH, the other half its properties, less this for what else there
 * is in its header.
 */
const HEADER_RESERVE = 1024;

/** A size, or `most` if that is less. What is no size is left for the decoder to refuse. */
function atMost(most: number, size: number): number {
  return Number.isInteger(size) ? Math.min(size, most) : size;
}

const READER_NAMES = [
  ...OPTION_NAMES.filter((name) => name !== 'scanner'),
  'onBatch',
  'answerErrors',
];

/**
 * @param isShared whether other threads get the batches, which must lie in slabs altogether then
 * @param largestWhole bytes of the largest frame that can lie in a slab wherever it begins
 * @throws `TypeError` or `RangeError` naming the option at fault
 */
export function resolveReaderOptions<S extends Readable>(
  options: SlabReaderOptions<S>,
  isShared: boolean,
  largestWhole: number,
): ResolvedReaderOptions<S> {
  const { onBatch, answerErrors, ...given } = optionsObject(options, READER_NAMES);
  if (typeof onBatch !== 'function') throw new TypeError('option onBatch must be a function');
  const {
    publishPartsAbove = largestWhole,
    maximumListPacketSize = largestWhole,
    maximumConnectPacketSize = largestWhole,
  } = given;
  const answersAs = answeringRole(answerErrors, given.role);
  if (!isShared) return { onBatch, answersAs, decoder: { ...given, publishPartsAbove } };
  if (given.resolveTopicAliases === true) {
    throw new RangeError(
      "option resolveTopicAliases must be false where the pool is shared: threads cannot see each other's topics",
    );
  }
  if (publishPartsAbove > largestWhole) {
    throw new RangeError(
      `option publishPartsAbove must be at most ${largestWhole}, half a slab, where the pool is shared`,
    );
  }
  const list = atMost(largestWhole - HEADER_RESERVE, maximumListPacketSize);
  const connect = atMost(largestWhole, maximumConnectPacketSize);
  return {
    onBatch,
    answersAs,
    decoder: {
      ...given,
      publishPartsAbove,
      maximumListPacketSize: list,
      maximumConnectPacketSize: connect,
    },
  };
}
