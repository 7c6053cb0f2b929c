import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A self-signed certificate for localhost. */
export interface Certificate {
  readonly keyFile: string;
  readonly certificateFile: string;
  readonly key: Buffer;
  readonly certificate: Buffer;
  remove(): void;
}

export function makeCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  const keyFile = join(folder, 'key.pem');
  const certificateFile = join(folder, 'certificate.pem');
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'],
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
      ...['-keyout', keyFile, '-out', certificateFile],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  return {
    keyFile,
    certificateFile,
    key: readFileSync(keyFile),
    certificate: readFileSync(certificateFile),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
