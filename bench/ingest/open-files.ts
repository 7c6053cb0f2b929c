/** How many files a process may have open, sockets included. */

interface Limits {
  readonly userLimits?: { readonly open_files?: { readonly soft: number | 'unlimited' } };
}

/** What generator and broker have open besides: standard streams, event loops, the channel between them. */
const BESIDES = 100;

/** The limit of this process and of those that it starts. Node.js raises it to what the system allows, when it starts. */
function openFiles(): number {
  const { report } = process;
  // Without looking for names of peers, which may take seconds.
  Object.assign(report, { excludeNetwork: true });
  const { userLimits } = report.getReport() as Limits;
  const soft = userLimits?.open_files?.soft ?? 'unlimited';
  return soft === 'unlimited' ? Infinity : soft;
}

/** Throws if so many connections cannot be had. */
export function checkOpenFiles(connections: number, limit = openFiles()): void {
  if (limit >= connections + BESIDES) return;
  throw new Error(
    `${connections} connections need ${connections + BESIDES} open files, and a process may have ${limit}: ulimit -Hn ${connections + BESIDES}`,
  );
}
