/** What the ingest server does with messages while it is soaked: it looks whether they are unharmed, and keeps the ledger. */
import { getEnvironmentData, isMainThread } from 'node:worker_threads';
import type { Counts, Handlers } from '../../examples/ingest/handlers.js';
import type { Handler } from '../../examples/ingest/routes.js';
import { Ledger } from './ledger.js';
import { HOLD_UP, PayloadReader, TOPIC_PREFIX } from './message.js';

/** Under what name threads find the memory of the ledger. */
export const LEDGER_MEMORY = 'memory of the ledger';
/** Milliseconds. */
const HELD_UP = 400;
const NEVER = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

export const countingRoutes: Handlers['countingRoutes'] = () => {
  const ledger = new Ledger(getEnvironmentData(LEDGER_MEMORY) as SharedArrayBuffer);
  const counts: Counts = { messages: 0, payloadBytes: 0, highest: Number.NEGATIVE_INFINITY };

  function read(reader: PayloadReader, payload: Uint8Array | undefined): void {
    if (payload === undefined) return;
    counts.payloadBytes += payload.length;
    reader.take(payload);
  }

  function end(reader: PayloadReader): void {
    counts.messages++;
    ledger.add(reader.end());
  }

  /** While this thread waits, batches pile up until the readers are held back. */
  const holdUp: Handler = (frame) => {
    if (!isMainThread) Atomics.wait(NEVER, 0, 0, HELD_UP);
    return handle(frame);
  };

  const handle: Handler = ({ type, payload }) => {
    const reader = new PayloadReader();
    if (type === 'PUBLISH') {
      read(reader, payload);
      end(reader);
      return undefined;
    }
    return (rest) => {
      if (rest.type === 'PUBLISH_PART') read(reader, rest.payload);
      else end(reader);
      return undefined;
    };
  };

  const count: Handler = ({ type }) => {
    if (type === 'PUBLISH' || type === 'PUBLISH_END') {
      counts.messages++;
      ledger.addOther();
    }
    return undefined;
  };
  return {
    counts,
    routes: [
      [`${TOPIC_PREFIX}/+/${HOLD_UP}`, holdUp],
      [`${TOPIC_PREFIX}/#`, handle],
      ['#', count],
    ],
  };
};
