/** Where a broker's time goes: self time of a CPU profile, added up by whose code it is. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
}

export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export const OWNERS = ['codec', 'aedes', 'streams and sockets', 'collection', 'the rest'] as const;
export type Owner = (typeof OWNERS)[number];
export type Shares = Readonly<Record<Owner, number>>;

/** The packages of a codec: what stands in for mqtt-packet, or it and what it brings. */
const CODEC =
  /\/node_modules\/(mqtt-packet|bl|inherits|process-nextick-args|debug|readable-stream|@assemblyscript)\//;
/** What a codec does by way of Node.js counts as the codec's. */
const ON_BEHALF = /^node:(buffer|events|internal\/buffer|internal\/util)|^$/;

function ownerOf({ functionName, url }: ProfileNode['callFrame'], caller: Owner): Owner {
  if (functionName === '(garbage collector)') return 'collection';
  if (functionName.startsWith('(')) return 'the rest';
  if (CODEC.test(url) || url.startsWith('wasm:')) return 'codec';
  if (/\/node_modules\/|\/broker\.js$/.test(url)) return 'aedes';
  if (/^node:(net|stream|internal\/(streams|stream_base))/.test(url)) return 'streams and sockets';
  return ON_BEHALF.test(url) ? caller : 'the rest';
}

/** Each owner's share of the time in which anything was done. */
export function sharesOf({ nodes, samples, timeDeltas }: CpuProfile): Shares {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const owners = new Map<number, Owner>();
  const visit = (node: ProfileNode, caller: Owner): void => {
    const owner = ownerOf(node.callFrame, caller);
    owners.set(node.id, owner);
    for (const id of node.children ?? []) visit(byId.get(id) as ProfileNode, owner);
  };
  visit(nodes[0] as ProfileNode, 'the rest');

  const times = new Map<Owner, number>();
  let whole = 0;
  for (const [index, id] of samples.entries()) {
    if (byId.get(id)?.callFrame.functionName === '(idle)') continue;
    const time = timeDeltas[index] as number;
    const owner = owners.get(id) as Owner;
    times.set(owner, (times.get(owner) ?? 0) + time);
    whole += time;
  }
  const shares = OWNERS.map((owner) => [owner, (times.get(owner) ?? 0) / whole]);
  return Object.fromEntries(shares) as Shares;
}

/** The one profile that a process has left in this directory. */
export function readProfile(directory: string): CpuProfile {
  const [file] = readdirSync(directory).filter((name) => name.endsWith('.cpuprofile'));
  if (file === undefined) throw new Error(`no profile in ${directory}`);
  return JSON.parse(readFileSync(join(directory, file), 'utf8')) as CpuProfile;
}
