/** The versions of the protocol, each with its folder of tests and its list of statements. */
import * as mqtt3 from './mqtt-3/statements.js';
import * as mqtt5 from './mqtt-5/statements.js';
import type { Statement } from './statement.js';

export interface Version {
  readonly title: string;
  readonly folder: string;
  readonly statements: readonly Statement[];
  readonly options: readonly Statement[];
  /** Files whose tests are not about one statement. */
  readonly otherFiles: readonly string[];
}

export const VERSIONS: readonly Version[] = [
  {
    title: 'MQTT 3.1 and 3.1.1',
    folder: 'mqtt-3',
    statements: mqtt3.STATEMENTS,
    options: mqtt3.OPTIONS,
    otherFiles: ['first-byte.test.ts'],
  },
  {
    title: 'MQTT 5.0',
    folder: 'mqtt-5',
    statements: mqtt5.STATEMENTS,
    options: mqtt5.OPTIONS,
    otherFiles: [],
  },
];
