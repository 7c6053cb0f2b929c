/** A broker as a process, which can be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const START_SECONDS = 15;

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

export class BrokerProcess {
  readonly #program: string;
  readonly #args: readonly string[];
  readonly #ports: readonly number[];
  #child: ChildProcess | undefined;
  #output = '';

  /** `ports` are those on which it listens once it is there. */
  constructor(program: string, args: readonly string[], ports: readonly number[]) {
    this.#program = program;
    this.#args = args;
    this.#ports = ports;
  }

  async start(): Promise<void> {
    const child = spawn(this.#program, this.#args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text: Buffer) => {
        this.#output = (this.#output + text.toString()).slice(-4000);
      });
    }
    const end = Date.now() + START_SECONDS * 1000;
    for (const port of this.#ports) {
      while (!(await isOpen(port))) {
        if (Date.now() > end || child.exitCode !== null) {
          throw new Error(`${this.#program} does not listen on port ${port}:\n${this.#output}`);
        }
        await sleep(50);
      }
    }
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}
