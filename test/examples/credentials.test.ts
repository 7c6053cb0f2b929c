import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  ALIYUN_DEVICE,
  EMQX_APPLICATION,
  mayEnter,
  ONENET_DEVICE,
} from '../../examples/live/credentials.js';

interface Published {
  readonly source: string;
  readonly expect: {
    readonly clientId: string;
    readonly username: string;
    readonly password: string;
  };
}

const { credentials } = JSON.parse(
  readFileSync(new URL('../vectors/reference-frames.json', import.meta.url), 'utf8'),
) as { readonly credentials: readonly Published[] };

describe('credentials', () => {
  for (const [source, device] of [
    ['aliyun-iot', ALIYUN_DEVICE],
    ['onenet-studio', ONENET_DEVICE],
  ] as const) {
    it(`are those published: ${source}`, () => {
      const published = credentials.find((one) => one.source === source);
      expect(published?.expect).toEqual({
        clientId: device.clientIdentifier,
        username: device.userName,
        password: device.password,
      });
    });
  }

  it('are checked in every part', () => {
    const { clientIdentifier, userName, password } = EMQX_APPLICATION;
    const right = Buffer.from(password);
    const known = [ALIYUN_DEVICE, EMQX_APPLICATION];
    expect(mayEnter(known, clientIdentifier, userName, right)).toBe(true);
    expect(mayEnter(known, 'somebody', userName, right)).toBe(false);
    expect(mayEnter(known, clientIdentifier, 'somebody', right)).toBe(false);
    expect(mayEnter(known, clientIdentifier, undefined, right)).toBe(false);
    expect(mayEnter(known, clientIdentifier, userName, Buffer.from(`${password}x`))).toBe(false);
    expect(mayEnter(known, clientIdentifier, userName, Buffer.alloc(right.length))).toBe(false);
    expect(mayEnter(known, clientIdentifier, userName, undefined)).toBe(false);
  });
});
