/** A process that sends, and one that connects to it. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { end, messageFrom } from '../brokers/processes.js';
import type { SenderReady, SenderReport, SendOrder } from './reads/messages.js';

const SENDER = fileURLToPath(new URL('./reads/sender.ts', import.meta.url));

function start(file: string, order: unknown) {
  return fork(file, [JSON.stringify(order)], { execArgv: ['--import', 'tsx'] });
}

/** Has `file` do what `order` says, with the port of the sender. Returns what both report. */
export async function runPair<Order extends { readonly port: number }, Report>(
  sendOrder: SendOrder,
  file: string,
  order: Omit<Order, 'port'>,
): Promise<{ readonly sent: SenderReport; readonly report: Report }> {
  const sender = start(SENDER, sendOrder);
  try {
    const { port } = await messageFrom<SenderReady>(sender);
    const sending = messageFrom<SenderReport>(sender);
    const receiver = start(file, { ...order, port });
    try {
      const [sent, report] = await Promise.all([sending, messageFrom<Report>(receiver)]);
      return { sent, report };
    } finally {
      await end(receiver);
    }
  } finally {
    await end(sender);
  }
}
