/** How bytes come from a socket to whoever counts them or has them decoded. */
import { connect, type Socket } from 'node:net';
import { Decoder, type FrameBatch, SlabPool } from 'mqtt-wasm';

/** What has been read so far. */
export class Tally {
  bytes = 0;
  messages = 0;
  /** The sum of what was looked at, so that it cannot be left out. */
  looked = 0;

  /** Looks at what a server would, to count a message and to know where it belongs. */
  take(batch: FrameBatch): void {
    for (const frame = batch.cursor(); frame.next(); ) {
      if (frame.type !== 'PUBLISH') continue;
      this.messages++;
      this.looked += frame.topicId + frame.payloadLength;
    }
  }
}

/** Bytes of a read, and of a slab: the defaults of Node.js and of a pool. */
const READ = 65_536;
const SLAB = 131_072;
const SLABS = 64;
const PAGE = 65_536;

/** Makes a socket that connects to this port and whose bytes are counted, and decoded or not. */
type Open = (port: number, tally: Tally) => Socket;

/** WebAssembly memory of as many slabs as a pool has, and the view of the next one each time. */
function slabsInTurn(): () => Uint8Array {
  const pages = (SLABS * SLAB) / PAGE;
  const { buffer } = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: false });
  const views = Array.from({ length: SLABS }, (_, slab) => Buffer.from(buffer, slab * SLAB, READ));
  let next = 0;
  return () => views[next++ % SLABS] as Uint8Array;
}

const decoded = { role: 'server' } as const;

/** Nothing is done with the bytes: what reading itself takes. */
const COUNTED = {
  data: (port, tally) =>
    connect({ port, host: '127.0.0.1' }).on('data', ({ length }) => {
      tally.bytes += length;
    }),
  copy: (port, tally) => {
    const slab = slabsInTurn();
    return connect({ port, host: '127.0.0.1' }).on('data', (chunk) => {
      slab().set(chunk);
      tally.bytes += chunk.length;
    });
  },
  slabs: (port, tally) => {
    const buffer = slabsInTurn();
    const callback = (length: number) => {
      tally.bytes += length;
      return true;
    };
    return connect({ port, host: '127.0.0.1', onread: { buffer, callback } }).resume();
  },
} as const satisfies Readonly<Record<string, Open>>;

export type Way = keyof typeof COUNTED;

/** Small PUBLISH packets, decoded and looked at. */
const DECODED: Readonly<Record<Way, Open>> = {
  data: (port, tally) => {
    const decoder = new Decoder(decoded);
    return connect({ port, host: '127.0.0.1' }).on('data', (chunk) => {
      tally.bytes += chunk.length;
      tally.take(decoder.push(chunk));
    });
  },
  copy: (port, tally) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('data', ({ length }) => {
      tally.bytes += length;
    });
    new SlabPool().read(socket, { ...decoded, onBatch: (batch) => tally.take(batch) });
    return socket;
  },
  slabs: (port, tally) => {
    const open: Parameters<SlabPool['connect']>[0] = ({ buffer, callback }) => {
      const counting = (length: number) => {
        tally.bytes += length;
        return callback(length);
      };
      return connect({ port, host: '127.0.0.1', onread: { buffer, callback: counting } });
    };
    const onBatch = (batch: FrameBatch) => tally.take(batch);
    return new SlabPool().connect(open, { ...decoded, onBatch }).socket;
  },
};

export const WAYS: Readonly<Record<Way, string>> = {
  data: 'data events',
  copy: 'data events, copied into slabs',
  slabs: 'read into slabs',
};
export const WAY_NAMES = Object.keys(WAYS) as readonly Way[];

export const SUBJECTS = {
  counted: { title: 'bytes counted', open: COUNTED },
  decoded: { title: 'small PUBLISH decoded', open: DECODED },
} as const satisfies Readonly<
  Record<string, { readonly title: string; readonly open: Readonly<Record<Way, Open>> }>
>;

export type Subject = keyof typeof SUBJECTS;
export const SUBJECT_NAMES = Object.keys(SUBJECTS) as readonly Subject[];
