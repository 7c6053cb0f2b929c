/** How far the benchmark is: a bar where there is a terminal, plain lines where there is none. */
import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  /** A case begins. */
  begin(caseId: string): void;
  /** A contestant's turn begins, one of so many that its case has. */
  turn(contestant: string, turns: number): void;
  /** A case is done. */
  end(): void;
  stop(): void;
}

/** Progress over this many cases, told to `stream`. */
export function progressOn(stream: NodeJS.WriteStream, cases: number): Progress {
  return stream.isTTY ? barOn(stream, cases) : linesOn(stream, cases);
}

function barOn(stream: NodeJS.WriteStream, cases: number): Progress {
  const format = '{bar} {percentage}% | {eta_formatted} left | {caseId} {contestant}';
  const bar = new SingleBar({ stream, format, clearOnComplete: true }, Presets.shades_classic);
  let caseId = '';
  let done = 0;
  let partly = 0;
  const show = (contestant: string) => {
    bar.update(Math.min(done + partly, done + 1), { caseId, contestant });
    // The bar redraws on a timer, which does not fire while a contestant is busy.
    bar.render();
  };
  bar.start(cases, 0, { caseId, contestant: '' });
  return {
    begin(id) {
      caseId = id;
      show('comparing results');
    },
    turn(contestant, turns) {
      show(contestant);
      partly += 1 / turns;
    },
    end() {
      done++;
      partly = 0;
    },
    stop: () => bar.stop(),
  };
}

function linesOn(stream: NodeJS.WritableStream, cases: number): Progress {
  let done = 0;
  return {
    begin(caseId) {
      const percent = Math.floor((100 * done) / cases);
      stream.write(`${String(percent).padStart(3)}% ${caseId}\n`);
    },
    turn() {},
    end() {
      done++;
    },
    stop: () => stream.write('100%\n'),
  };
}
