/**
 * Sockets that a server has accepted, made to read into memory of ours. Node.js has `onread` for sockets that connect only. So a
 * new socket is made around the connection of the accepted one, which lets go of it, as if the server had made the new one.
 *
 * This is experimental: it leans on what Node.js does not document (tested on 20, 22, 24 and 26). What it leans on is looked for
 * first, and where anything is missing nothing is done.
 */
import { Socket } from 'node:net';
import type { OnRead } from './reader.js';

/** What a socket has that its types do not tell. */
interface Internals {
  /** The connection as libuv has it. */
  _handle: Handle | null | undefined;
  /** The server that counts it among its connections. */
  _server: object | null | undefined;
  /** The same, for whoever looks. */
  server: object | null | undefined;
}

interface Handle {
  readonly readStart?: unknown;
  readonly readStop?: unknown;
  readonly useUserBuffer?: unknown;
}

function canReadIntoBuffers(handle: Handle | null | undefined): handle is Handle {
  return (
    typeof handle?.readStart === 'function' &&
    typeof handle.readStop === 'function' &&
    typeof handle.useUserBuffer === 'function'
  );
}

/** Whether the socket can be made anew, without anything that has been read of it getting lost. */
function canBeMadeAnew(socket: Socket): boolean {
  return (
    // No class that adds to it, as that of TLS sockets does.
    Object.getPrototypeOf(socket) === Socket.prototype &&
    !socket.destroyed &&
    !socket.connecting &&
    socket.readable &&
    socket.writable &&
    socket.bytesRead === 0 &&
    socket.readableLength === 0 &&
    socket.writableLength === 0
  );
}

/**
 * What Node.js remembers of `setNoDelay()`, `setKeepAlive()` and the like is on the socket, by symbols that are named so. A socket that
 * does not know what is set already takes a call that would change it for one that changes nothing.
 */
const REMEMBERS = /^kSet/;
/** Addresses that somebody has asked for: they are still known when the connection is over. */
const ADDRESSES = ['_peername', '_sockname'];

function remember(accepted: Socket, socket: Socket): void {
  for (const name of ADDRESSES) Reflect.set(socket, name, Reflect.get(accepted, name));
  for (const key of Object.getOwnPropertySymbols(accepted)) {
    if (!REMEMBERS.test(key.description ?? '')) continue;
    Reflect.set(socket, key, Reflect.get(accepted, key));
  }
}

/**
 * A socket that has the connection of `accepted` and reads by `onread`, or `undefined` if there can be none. `accepted` is closed then,
 * without the connection.
 */
export function readingInto(accepted: Socket, onread: OnRead): Socket | undefined {
  const old = accepted as Socket & Internals;
  const { _handle: handle, _server: server } = old;
  if (!canBeMadeAnew(accepted) || !canReadIntoBuffers(handle)) return undefined;
  const { allowHalfOpen, timeout, readableHighWaterMark, writableHighWaterMark } = accepted;
  const buffers = { readableHighWaterMark, writableHighWaterMark };
  // It reads when it is told to, as one of a server does: a read that failed earlier would close it before the server is known.
  const options = { handle, allowHalfOpen, ...buffers, onread, pauseOnCreate: true };
  accepted.setTimeout(0);
  old._handle = null;
  old._server = null;
  old.server = null;
  const socket = new Socket(options as ConstructorParameters<typeof Socket>[0]) as Socket &
    Internals;
  socket._server = server;
  socket.server = server;
  remember(accepted, socket);
  if (timeout !== undefined && timeout > 0) socket.setTimeout(timeout);
  accepted.destroy();
  return socket;
}
