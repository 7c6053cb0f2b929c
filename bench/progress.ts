/** How far the benchmark is: a bar where there is a terminal, plain lines where there is none. */
import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  /** A case begins. */
  begin(caseId: string): void;
  /** A contestant's turn begins. */
  turn(contestant: string): void;
  stop(): void;
}

/** Progress over this many turns, told to `stream`. */
export function progressOn(stream: NodeJS.WriteStream, turns: number): Progress {
  return stream.isTTY ? barOn(stream, turns) : linesOn(stream, turns);
}

function barOn(stream: NodeJS.WriteStream, turns: number): Progress {
  const format = '{bar} {percentage}% | {eta_formatted} left | {caseId} {contestant}';
  const bar = new SingleBar({ stream, format, clearOnComplete: true }, Presets.shades_classic);
  let caseId = '';
  bar.start(turns, 0, { caseId, contestant: '' });
  return {
    begin(id) {
      caseId = id;
      bar.update({ caseId, contestant: 'comparing results' });
    },
    turn(contestant) {
      bar.increment(1, { caseId, contestant });
      // The bar redraws on a timer, which does not fire while a contestant is busy.
      bar.render();
    },
    stop: () => bar.stop(),
  };
}

function linesOn(stream: NodeJS.WritableStream, turns: number): Progress {
  let done = 0;
  return {
    begin(caseId) {
      const percent = Math.floor((100 * done) / turns);
      stream.write(`${String(percent).padStart(3)}% ${caseId}\n`);
    },
    turn() {
      done++;
    },
    stop: () => stream.write('100%\n'),
  };
}
