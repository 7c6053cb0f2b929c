import { describe, expect, it } from 'vitest';
import { columns } from '../../examples/live/text.js';
import { type Ended, runLive } from './support.js';

const ESC = String.fromCharCode(0x1b);
const TYPES = [
  'CONNECT',
  'CONNACK',
  'PUBLISH',
  'PUBACK',
  'PUBREC',
  'PUBREL',
  'PUBCOMP',
  'SUBSCRIBE',
  'SUBACK',
  'UNSUBSCRIBE',
  'UNSUBACK',
  'PINGREQ',
  'PINGRESP',
  'DISCONNECT',
];

function expectGoodSessions({ code, stdout, stderr }: Ended): void {
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^14 of 14 packet types seen, \d+ packets, 0 errors$/m);
  expect(stdout).toMatch(/^15 of 15 packet types seen, \d+ packets, 0 errors$/m);
  expect(code).toBe(0);
  for (const type of TYPES) {
    expect(stdout).toMatch(new RegExp(`client (──►|◄──) broker  ${type} `));
  }
}

describe('npm start', () => {
  it('shows sessions of both versions and compares decoders, in time and without colours', async () => {
    const ended = await runLive(['--mebibytes', '4']);
    expectGoodSessions(ended);
    expect(ended.seconds).toBeLessThan(30);
    expect(ended.stdout).not.toContain(ESC);
    for (const line of ended.stdout.split('\n')) expect(columns(line)).toBeLessThanOrEqual(100);
    // The will arrives, the stranger is refused, no password is shown.
    expect(ended.stdout).toMatch(/◄── broker {2}PUBLISH.*\n.*\n.*'{"status":"offline"}'/);
    expect(ended.stdout).toContain('returnCode: 4 (Connection Refused, bad user name or password)');
    expect(ended.stdout).toContain('password: ••••');
    expect(ended.stdout).not.toMatch(/a02d6361|9abc531e|8ukFaZ7t|open sesame/);
    // MQTT 5.0: properties, an alias instead of a topic, reasons; what authenticates is a secret too.
    expect(ended.stdout).toMatch(/AUTH .*\n.*reasonCode: 0x18 \(Continue authentication\)/);
    expect(ended.stdout).toContain('properties.authenticationData: ••••');
    expect(ended.stdout).not.toMatch(/authenticationData: [^•]/);
    expect(ended.stdout).toMatch(
      /◄── broker {2}PUBLISH .*\n.*topic: "" {3}packetIdentifier: \d+$/m,
    );
    expect(ended.stdout).toContain('properties.userProperties[0]: "unit" = "°C"');
    expect(ended.stdout).toContain('reasonCodes[1]: 0x11 (No subscription existed)');
    expect(ended.stdout).toMatch(/CONNACK .* stranger\n.*reasonCode: 0x87 \(Not authorized\)/);
    expect(ended.stdout).toContain('reasonCode: 0x04 (Disconnect with Will Message)');
    expect(ended.stdout).toMatch(/mqtt-wasm, scanner baseline +│ +4\.0 │/);
    expect(ended.stdout).toMatch(/mqtt-packet \d+\.\d+\.\d+ +│.*│ +1\.0 x │/);
    expect(ended.stdout).toContain('all delivered equal packets');
  });

  it('does without the comparison, in colours, with passwords, through the baseline scanner', async () => {
    const args = ['--no-benchmark', '--show-secrets', '--scanner', 'baseline', '--max-bytes', '0'];
    const ended = await runLive(args, { FORCE_COLOR: '1' });
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain(`${ESC}[1mCONNECT`);
    expect(ended.stdout).toContain('"a02d6361531c2dae941d5b022982d944"');
    expect(ended.stdout).toContain('"device-7" (8 bytes)');
    expect(ended.stdout).not.toContain('••••');
    expect(ended.stdout).not.toContain('Decoders side by side');
    expect(ended.stdout).not.toContain('0000  10');
  });

  it('explains itself', async () => {
    const ended = await runLive(['--help']);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('--show-secrets');
  });

  it('refuses what it does not know with exit code 2', async () => {
    const ended = await runLive(['--fast']);
    expect(ended.code).toBe(2);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toContain("'--fast'");
  });
});
