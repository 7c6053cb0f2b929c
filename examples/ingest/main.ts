/** `npm run ingest -- [--port 1883] [--host 127.0.0.1] [--threads 0]`: the ingest server, which tells every second how much has come. */
import { parseArgs } from 'node:util';
import { startIngest } from './server.js';

const USAGE = `npm run ingest -- [--port 1883] [--host 127.0.0.1] [--threads 0]

Takes in what MQTT clients publish and counts it, in this thread or in that many others. Ctrl-C ends it.`;

function argumentsOf(): { readonly port: number; readonly host: string; readonly threads: number } {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '1883' },
      host: { type: 'string', default: '127.0.0.1' },
      threads: { type: 'string', default: '0' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    process.exit();
  }
  const [port, threads] = [Number(values.port), Number(values.threads)];
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new RangeError('--port must be 0 to 65535');
  if (!Number.isInteger(threads) || threads < 0 || threads > 64)
    throw new RangeError('--threads must be 0 to 64');
  return { port, host: values.host, threads };
}

try {
  const options = argumentsOf();
  const ingest = await startIngest({ ...options, onTrouble: (what) => console.error(what) });
  console.log(`listening on ${options.host}:${ingest.port}, Ctrl-C ends it`);
  let before = 0;
  const timer = setInterval(async () => {
    const messages = ingest.messages;
    if (messages === before) return;
    const counts = await ingest.counts();
    const bytes = counts.reduce((sum, { payloadBytes }) => sum + payloadBytes, 0);
    const { connections, pool } = ingest;
    console.log(
      `${(messages - before).toLocaleString('en')} messages/s  ${messages.toLocaleString('en')} altogether, ${(bytes / 1e6).toFixed(1)} MB of payload, ${connections} connections, ${pool.freeSlabs} of ${pool.slabs} slabs free`,
    );
    before = messages;
  }, 1000);
  process.once('SIGINT', async () => {
    clearInterval(timer);
    await ingest.close();
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(USAGE);
  process.exitCode = 2;
}
