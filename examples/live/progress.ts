/** How far it has got: a bar on a terminal, a line now and then elsewhere. */
import cliProgress from 'cli-progress';

/** Something that is told of progress. */
export interface Progress {
  /** @param done what has been done of the total */
  update(done: number): void;
  stop(): void;
}

const LINES = 4;

function bar(total: number): Progress {
  const single = new cliProgress.SingleBar(
    {
      format: '{bar} {percentage} %  {value} of {total} MiB decoded',
      stream: process.stdout,
      hideCursor: true,
      clearOnComplete: true,
      barsize: 40,
    },
    cliProgress.Presets.shades_classic,
  );
  single.start(Math.round(total), 0);
  return {
    update: (done) => single.update(Math.round(done)),
    stop: () => single.stop(),
  };
}

function lines(total: number, write: (line: string) => void): Progress {
  let written = 0;
  return {
    update(done) {
      const due = Math.floor((done / total) * LINES);
      if (due <= written) return;
      written = due;
      write(`${Math.round(done)} of ${Math.round(total)} MiB decoded`);
    },
    stop() {},
  };
}

/** Begins to show progress towards `total` MiB. */
export function showProgress(
  total: number,
  isTerminal: boolean,
  write: (line: string) => void,
): Progress {
  return isTerminal ? bar(total) : lines(total, write);
}
