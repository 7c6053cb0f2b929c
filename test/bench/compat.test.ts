/** The drop-in in the benchmark: a packet that is not mqtt-packet's in all its fields is found out. */
import { describe, expect, it } from 'vitest';
import { CASE_IDS } from '../../bench/cases.js';
import { generateCase } from '../../bench/compat/generate.js';
import { compareFields, DROP_IN, parserCase } from '../../bench/compat/parser.js';
import { writeCase } from '../../bench/compat/write.js';
import { verifyCase } from '../../bench/verify.js';

describe('compareFields', () => {
  const packet = { cmd: 'publish', topic: 'a', payload: Buffer.from('x') };

  it('takes what is the same', () => {
    expect(() => compareFields(0, { ...packet }, packet)).not.toThrow();
  });

  it.each<[string, object, RegExp]>([
    ['a field too few', { cmd: 'publish', topic: 'a' }, /packet 3: fields cmd,topic, expected/],
    ['a field too many', { ...packet, x: 1 }, /fields cmd,topic,payload,x/],
    ['another order', { topic: 'a', cmd: 'publish', payload: packet.payload }, /fields topic,cmd/],
    ['another value', { ...packet, topic: 'b' }, /packet 3: topic is not/],
    ['another byte', { ...packet, payload: Buffer.from('y') }, /payload is not/],
    ['bytes of another class', { ...packet, payload: Uint8Array.of(120) }, /payload is not/],
  ])('refuses %s', (_, found, message) => {
    expect(() => compareFields(3, found, packet)).toThrow(message);
  });
});

describe('the cases', () => {
  const names = (kind: string) =>
    CASE_IDS.filter((id) => id.startsWith(`compat/${kind}/`)).map((id) => id.split('/')[2]);

  it('are those of full decode and of encoding packets one by one', () => {
    const ofKind = (kind: string) =>
      CASE_IDS.filter((id) => id.startsWith(`${kind}/`)).map((id) => id.split('/')[1]);
    expect(names('parser')).toEqual(ofKind('decode'));
    expect(names('generate')).toEqual(names('write'));
    expect(ofKind('encode')).toEqual(expect.arrayContaining(names('write')));
  });

  it.each([
    () => parserCase('B'),
    () => parserCase('G'),
    () => generateCase('publish5'),
    () => writeCase('connect'),
  ])('give the right results', async (make) => {
    const subject = make();
    await expect(verifyCase(subject)).resolves.toBeUndefined();
    expect(subject.contestants.map(({ name }) => name)).toEqual([DROP_IN, subject.reference]);
  });
});
