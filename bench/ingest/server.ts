/** The ingest server of the examples as a contestant, with as many worker threads as the first argument says. */
import { startIngest } from '../../examples/ingest/server.js';
import type { BrokerReady, BrokerReport } from '../brokers/messages.js';

const ingest = await startIngest({
  threads: Number(process.argv[2]),
  onTrouble: (what) => console.error(what),
});

// Whatever it is asked, it tells how far it is.
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const report: BrokerReport = { published: ingest.messages, cpu: user + system };
  process.send?.(report);
});
process.on('disconnect', () => process.exit());
process.send?.({ port: ingest.port } satisfies BrokerReady);
