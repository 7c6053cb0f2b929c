/** `npm run docs`: writes the generated documents. */
import { writeFile } from 'node:fs/promises';
import { DOCUMENTS } from './documents.js';

for (const { url, make } of DOCUMENTS) await writeFile(url, await make());
