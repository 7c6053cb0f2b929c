/** On what and how a report was made, in a line. */
import type { Report } from './report.js';

/** The machine, without what was measured. */
export function describeHost({ machine }: Pick<Report, 'machine'>): string {
  const { cpu, cores, platform, node } = machine;
  return `${cpu}, ${cores} ${cores === 1 ? 'core' : 'cores'}, ${platform}, Node.js ${node}`;
}

/** Machine, commit and what it was compared with. */
export function describeRun(report: Pick<Report, 'machine' | 'commit'>): string {
  const commit = report.commit === undefined ? '' : `; commit ${report.commit}`;
  return `${describeHost(report)}${commit}; mqtt-packet ${report.machine.mqttPacket}`;
}
