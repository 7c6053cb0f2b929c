/** What the document says of the ingest server, of reading, and of rings. */
import { MOST_IN_FLIGHT, WINDOW, windowOf } from '../ingest/loads.js';
import type { IngestReport } from '../ingest/report.js';
import { describeHost } from './about.js';
import type { Plot } from './draw.js';
import { handOffTable, ingestGateTable, readTable, serverTable, waitTable } from './ingest.js';
import { image, prose } from './prose.js';

function serverSections(report: IngestReport, plots: readonly Plot[]): string[] {
  const { aedes, mosquitto, milliseconds, cases } = report;
  const others = mosquitto === undefined ? '' : ` and Mosquitto ${mosquitto} as Debian has it`;
  const window = WINDOW.toLocaleString('en');
  const counts = new Set(cases.map(({ connections }) => connections));
  const windows = [...counts]
    .map((connections) => {
      const each = windowOf(connections).toLocaleString('en');
      return connections === 1
        ? `${each} where there is one connection`
        : `${each} of each where there are ${connections.toLocaleString('en')}`;
    })
    .join(', ');
  return [
    prose(`The server of [examples/ingest](../examples/ingest), with and without worker threads, beside aedes ${aedes} from npm, with
      mqtt-packet and with mqtt-wasm in its place,${others}: each in a process of its own, by turns. Another process sends frames that
      were encoded before, for ${milliseconds} ms behind a warm-up. At QoS 0 a connection sends bursts, each with a PINGREQ behind it,
      and ${MOST_IN_FLIGHT.messages.toLocaleString('en')} messages or ${MOST_IN_FLIGHT.bytes / 2 ** 20} MiB are under way at most, over all connections; at QoS 1, ${window} messages wait for their
      PUBACK, over all connections together: ${windows}. The clock stops when everything that was sent has been taken in, as the PINGRESP of
      each connection proves, and as the server itself counts (Mosquitto does not tell).`),
    prose(`CPU time is the server's, all threads and system calls included; \`cores\` is how many it kept busy, \`generator\` how much
      of a core sending took: where that is near 1, the generator is what is measured. With two cores, workers share one with it. A
      ratio is the median of the rounds' ratios; in brackets the least and the greatest.`),
    ...plots.filter(({ name }) => name === 'ingest.svg').map(image),
    serverTable(cases),
  ];
}

export function ingestSections(report: IngestReport, plots: readonly Plot[]): string[] {
  const { command, cases, reads, waiting, handOffs } = report;
  return [
    `## Taking in: sockets that read into slabs\n\n\`\`\`\n${command}\n\`\`\``,
    `${describeHost(report)}.`,
    ...(cases.length === 0 ? [] : serverSections(report, plots)),
    ...(reads.length === 0
      ? []
      : [
          '### What reading takes',
          prose(`Milliseconds of CPU time of a process that reads a GiB from a loopback connection, 64 KiB at a time at most, all its
            threads together: by \`data\` events, with a copy of each chunk into WebAssembly memory, and read into slabs by the kernel.`),
          readTable(reads),
        ]),
    ...(waiting.length === 0
      ? []
      : [
          '### What waiting takes',
          prose(`A pool of 64 slabs, whose batches are released one each 200 µs: less than what comes. So all connections wait most of the
            time, and go on when there is room. CPU time of the process that reads, for a batch, which is what one read brings.`),
          waitTable(waiting),
        ]),
    ...(handOffs.length === 0
      ? []
      : [
          '### What handing over to threads takes',
          prose(`One thread reads four connections. With \`postMessage()\` it copies each chunk and transfers the copy to the worker
            that has the connection, which decodes it; with a ring it has scanned already, and the worker sees its frame table. A batch
            is what one read brings, 64 KiB at most. Sender: time in the call that hands over, the copy included. Worker: CPU time of its
            thread where it does nothing with what it gets. Messages a second: small PUBLISH packets, decoded and looked at.`),
          handOffTable(handOffs),
        ]),
    ...(cases.length + reads.length === 0
      ? []
      : ['What must hold, and what is aimed at:', ingestGateTable(report)]),
  ];
}
