/** `npm start`: MQTT traffic seen through the decoder, live, and how fast the decoder is. */
import { performance } from 'node:perf_hooks';
import { type Broker, startBroker } from './broker.js';
import { ALIYUN_DEVICE, EMQX_APPLICATION, ONENET_DEVICE } from './credentials.js';
import { within } from './deadline.js';
import { Observer } from './observer.js';
import { HELP, type Options, parseOptions, UsageError } from './options.js';
import { Output } from './output.js';
import { headline, WIDTH } from './print.js';
import { showProgress } from './progress.js';
import { type Address, addressText, socketFailure, TcpProxy } from './proxy.js';
import { startServer } from './server.js';
import { playSession } from './session.js';
import { DEVICE_SECRET, playSession5 } from './session-5.js';
import { comparisonLines } from './table.js';
import { coloured, type Paint, plain, wantsColour, wrap } from './text.js';
import { compare } from './throughput.js';
import { missing, summary } from './verdict.js';

const SESSION_TIMEOUT = 9000;
const SETTLING_TIMEOUT = 2000;
const TOTAL_TIMEOUT = 28_000;
const ANY_PORT: Address = { host: '127.0.0.1', port: 0 };

const { isTTY = false } = process.stdout;
const { TERM } = process.env;
const isTerminal = isTTY && TERM !== 'dumb';
const paint: Paint = wantsColour(isTTY, process.env) ? coloured : plain;
const output = new Output(process.stdout);

function observer({ showSecrets, maximumBytes, scanner }: Options): Observer {
  return new Observer(output, { paint, showSecrets, maximumBytes }, scanner);
}

type Session = (address: Address, announce: (step: string) => void) => Promise<void>;

/** Plays a session through a proxy before the broker, and judges what was seen of it. */
async function play(options: Options, broker: Broker, session: Session): Promise<void> {
  const seen = observer(options);
  try {
    const proxy = await TcpProxy.start(ANY_PORT, broker.address, seen);
    try {
      const playing = session(proxy.address, (step) => output.write(headline(step, paint)));
      await within(SESSION_TIMEOUT, 'the session', playing);
      await within(SETTLING_TIMEOUT, 'the end of the connections', proxy.settled());
    } finally {
      await proxy.close();
    }
  } finally {
    await broker.close();
  }
  const faults = missing(seen.tally);
  const verdict = summary(seen.tally);
  await output.write(['', paint(faults.length === 0 ? 'green' : 'red', verdict)]);
  if (faults.length > 0) throw new Error(faults.join('; '));
}

async function demonstrate(options: Options): Promise<void> {
  const known = [ALIYUN_DEVICE, EMQX_APPLICATION, ONENET_DEVICE];
  await play(options, await startBroker(known), playSession);
  // The broker of the first session does not speak MQTT 5.0.
  await play(options, await startServer(DEVICE_SECRET), playSession5);
}

async function measure({ scanner, mebibytes }: Options): Promise<void> {
  await output.write([...headline('Decoders side by side', paint), 'Making traffic, warming up …']);
  const comparison = await compare(scanner, mebibytes, (total) =>
    showProgress(total, isTerminal, (line) => output.write([line])),
  );
  await output.write(comparisonLines(comparison).flatMap((line) => wrap(line, WIDTH)));
}

async function watch(options: Options, { listen, forward }: NonNullable<Options['proxy']>) {
  const seen = observer(options);
  const proxy = await TcpProxy.start(listen, forward, seen);
  const from = addressText(proxy.address);
  await output.write([
    `Listening on ${from}, forwarding to ${addressText(forward)}. Ctrl-C ends it.`,
  ]);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
    process.stdout.once('error', resolve);
  });
  await proxy.close();
  await output.write(['', summary(seen.tally)]);
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    await output.write([HELP.trimEnd()]);
    return;
  }
  if (options.proxy !== undefined) return watch(options, options.proxy);
  // Longer runs are for those who ask for them.
  if (options.mebibytes === undefined) {
    setTimeout(() => {
      console.error(`Failed: not done after ${TOTAL_TIMEOUT / 1000} s.`);
      process.exit(1);
    }, TOTAL_TIMEOUT).unref();
  }
  await demonstrate(options);
  if (options.benchmark && !output.isGone) await measure(options);
  const seconds = (performance.now() / 1000).toFixed(1);
  await output.write([paint('dim', `Done in ${seconds} s.`)]);
}

try {
  await main();
} catch (error) {
  const isUsage = error instanceof UsageError;
  console.error(isUsage ? `${error.message}\nSee --help.` : `Failed: ${socketFailure(error)}`);
  process.exitCode = isUsage ? 2 : 1;
}
