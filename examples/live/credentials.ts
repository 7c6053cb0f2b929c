/**
 * The devices of the published walkthroughs, and how each platform makes the password of one.
 * The secrets stand in those publications; they open nothing.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a Client says in its CONNECT to be let in. */
export interface Credentials {
  readonly clientIdentifier: string;
  readonly userName: string;
  readonly password: string;
}

/** Aliyun IoT: the password is a signature of the device's names with its secret. */
export function aliyun(productKey: string, deviceName: string, deviceSecret: string): Credentials {
  const content = `clientId${deviceName}deviceName${deviceName}productKey${productKey}`;
  return {
    clientIdentifier: `${deviceName}|securemode=3,signmethod=hmacsha1|`,
    userName: `${deviceName}&${productKey}`,
    password: createHmac('sha1', deviceSecret).update(content).digest('hex'),
  };
}

/** OneNET Studio: the password is a token that expires at second `expiry` of the Unix epoch. */
export function oneNet(
  productId: string,
  deviceName: string,
  key: string,
  expiry: number,
): Credentials {
  const version = '2018-10-31';
  const resource = `products/${productId}/devices/${deviceName}`;
  const sign = createHmac('sha1', Buffer.from(key, 'base64'))
    .update(`${expiry}\nsha1\n${resource}\n${version}`)
    .digest('base64');
  const token = { version, res: resource, et: String(expiry), method: 'sha1', sign };
  return {
    clientIdentifier: deviceName,
    userName: productId,
    password: Object.entries(token)
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&'),
  };
}

export const ALIYUN_DEVICE = aliyun('k1nxjv7zhTE', 'ESP8266', '0506f97302b36030c0cf856d23802357');

export const ONENET_DEVICE = oneNet(
  'L14FCC38pq',
  'test1',
  'b0ZHZ1BnNTdBSUV2c0dhUmJGMDBRYVJXS090VEVnMHU=',
  2_017_881_776,
);

/** EMQX public broker: the password is one. */
export const EMQX_APPLICATION: Credentials = {
  clientIdentifier: '111|hmvcfu',
  userName: 'hmvcfu',
  password: 'a02d6361531c2dae941d5b022982d944',
};

/** Whether somebody with this Client Identifier may enter with this user name and password. */
export function mayEnter(
  known: readonly Credentials[],
  clientIdentifier: string,
  userName: string | undefined,
  password: Uint8Array | undefined,
): boolean {
  const expected = known.find((one) => one.clientIdentifier === clientIdentifier);
  if (expected === undefined || password === undefined) return false;
  const wanted = Buffer.from(expected.password);
  return (
    userName === expected.userName &&
    password.length === wanted.length &&
    timingSafeEqual(password, wanted)
  );
}
