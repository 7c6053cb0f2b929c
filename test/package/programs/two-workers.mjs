/**
 * Two workers that decode in step: each pushes, waits until the other has pushed as well, and only
 * then reads its batch. With a frame table in common each would read the other's rows.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Decoder, encode } from 'mqtt-wasm';

const ROUNDS = 2000;
const WAIT_MILLISECONDS = 20_000;

/** Waits for the other worker to come here too. */
function meet(counter, round) {
  const expected = 2 * (round + 1);
  Atomics.add(counter, 0, 1);
  Atomics.notify(counter, 0);
  for (;;) {
    const arrived = Atomics.load(counter, 0);
    if (arrived >= expected) return;
    if (Atomics.wait(counter, 0, arrived, WAIT_MILLISECONDS) === 'timed-out') {
      throw new Error('the other worker does not come');
    }
  }
}

function decodeInStep({ name, meeting }) {
  const counter = new Int32Array(meeting);
  const decoder = new Decoder();
  let wrong = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const topics = Array.from(
      { length: 1 + (round % 7) },
      (_, index) => `${name}/${round}/${'x'.repeat(index * (name === 'a' ? 3 : 5))}`,
    );
    const frames = topics.map((topic) => encode({ type: 'PUBLISH', topic }));
    const batch = decoder.push(Buffer.concat(frames));
    meet(counter, 2 * round);
    const seen = [...batch.packets()].map((packet) => packet.topic);
    if (seen.join() !== topics.join()) wrong++;
    meet(counter, 2 * round + 1);
  }
  return { name, wrong, scanner: decoder.scanner };
}

if (isMainThread) {
  const meeting = new SharedArrayBuffer(4);
  const reports = await Promise.all(
    ['a', 'b'].map(
      (name) =>
        new Promise((resolve, reject) => {
          const worker = new Worker(new URL(import.meta.url), { workerData: { name, meeting } });
          worker.once('message', resolve);
          worker.once('error', reject);
        }),
    ),
  );
  process.stdout.write(JSON.stringify({ rounds: ROUNDS, reports }));
} else {
  parentPort.postMessage(decodeInStep(workerData));
}
