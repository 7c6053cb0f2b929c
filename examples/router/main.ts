/** `npx tsx examples/router/main.ts [port]`: the small broker, until Ctrl-C. */
import { startRouter } from './broker.js';

const { port } = await startRouter(Number(process.argv[2] ?? 1883));
console.log(`Listening on 127.0.0.1:${port}. Ctrl-C ends it.`);
