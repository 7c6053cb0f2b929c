/** The comparison as a table and the sentences that belong to it. */
import { cpus } from 'node:os';
import Table from 'cli-table3';
import { count } from './text.js';
import type { Comparison, Result } from './throughput.js';
import { TRAFFIC_MIX } from './traffic.js';

const MEBIBYTE = 2 ** 20;

function mebibytes(bytes: number): string {
  const value = bytes / MEBIBYTE;
  return value < 10 ? value.toFixed(1) : count(value);
}

function perSecond({ milliseconds }: Result, amount: number): number {
  return (amount * 1000) / milliseconds;
}

/** The lines that show what came out. */
export function comparisonLines(comparison: Comparison): string[] {
  const { results, agreed, bufferLength, wanted } = comparison;
  const yardstick = results.at(-1) as Result;
  const table = new Table({
    head: ['to packets', 'MiB decoded', 'packets/s', 'MiB/s', 'ns/packet', 'speed'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  const row = (result: Result, name: string) => {
    const speed = perSecond(result, result.packets);
    const ratio = speed / perSecond(yardstick, yardstick.packets);
    return [
      name,
      mebibytes(result.bytes),
      count(speed),
      count(perSecond(result, result.bytes) / MEBIBYTE),
      count((result.milliseconds * 1e6) / result.packets),
      `${ratio.toFixed(1)} x`,
    ];
  };
  for (const result of results) {
    if (result.contender.delivers === 'packets') table.push(row(result, result.contender.name));
  }
  const frames = results.filter(({ contender }) => contender.delivers === 'frames');
  const full = Math.max(...results.map(({ bytes }) => bytes));
  const sentences = [
    `Traffic: ${TRAFFIC_MIX}.`,
    `Before timing, all delivered equal packets for the ${mebibytes(bufferLength)} MiB that ` +
      `are replayed: ${count(agreed.packets)} packets, equal topics and payloads.`,
    ...(full < wanted
      ? [`Ended after ${mebibytes(full)} of ${mebibytes(wanted)} MiB, to stay in time.`]
      : []),
    ...(yardstick.bytes < full
      ? [`${yardstick.contender.name} got fewer bytes of the same traffic, to stay in time.`]
      : []),
    ...frames.map(
      (result) =>
        `Not comparable, as no packets are made (${result.contender.name}): ` +
        `${count(perSecond(result, result.packets))} frames/s.`,
    ),
    `Node.js ${process.versions.node}, ${cpus()[0]?.model.trim() ?? 'unknown processor'}`,
  ];
  return [...table.toString().split('\n'), ...sentences];
}
