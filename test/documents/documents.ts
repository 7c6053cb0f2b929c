/** The generated documents: where each stands and how it is made. */
import { collectTests } from '../conformance/collect.js';
import { VERSIONS } from '../conformance/versions.js';
import { conformanceDocument } from './conformance.js';
import { protocolDocument } from './protocol.js';

export interface GeneratedDocument {
  readonly name: string;
  readonly url: URL;
  make(): string | Promise<string>;
}

function placed(name: string, make: GeneratedDocument['make']): GeneratedDocument {
  return { name, url: new URL(`../../docs/${name}`, import.meta.url), make };
}

export const DOCUMENTS: readonly GeneratedDocument[] = [
  placed('protocol.md', protocolDocument),
  placed('conformance.md', async () => conformanceDocument(VERSIONS, await collectTests(VERSIONS))),
];
