/** Processes that are asked and answer, over the channel that Node.js gives a child. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { clearTimeout, setTimeout } from 'node:timers';

/** How long an answer may take, and how long a process may take to end, in milliseconds. */
const MOST_WAIT = 60_000;
const MOST_FAREWELL = 5000;

/** The next message of a process; throws if it ends instead, or says nothing for a minute. */
export async function messageFrom<Message>(child: ChildProcess): Promise<Message> {
  const over = new AbortController();
  const { signal } = over;
  const late = setTimeout(
    () => child.emit('error', new Error(`${child.spawnfile} does not answer`)),
    MOST_WAIT,
  );
  try {
    // An 'error' rejects both.
    return await Promise.race([
      once(child, 'message', { signal }).then(([message]) => message as Message),
      once(child, 'exit', { signal }).then(([code, name]) => {
        throw new Error(`${child.spawnfile} ended with ${name ?? code}`);
      }),
    ]);
  } finally {
    clearTimeout(late);
    over.abort();
  }
}

export async function ask<Answer>(child: ChildProcess, question: object): Promise<Answer> {
  const answer = messageFrom<Answer>(child);
  child.send(question);
  return answer;
}

/** Ends a process: one of Node.js by leaving it alone, another by a signal; by force if it does not go. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  const stays = setTimeout(() => child.kill('SIGKILL'), MOST_FAREWELL);
  if (child.connected) child.disconnect();
  else child.kill();
  await ended;
  clearTimeout(stays);
}
