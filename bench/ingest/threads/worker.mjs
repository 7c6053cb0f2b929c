/** What a thread starts with: Node.js 20 does not give it the loader of TypeScript that its process has. */
import { register } from 'tsx/esm/api';

register();
await import('./worker.ts');
