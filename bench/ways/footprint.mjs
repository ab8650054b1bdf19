// What the process of a way holds. It counts every socket that is opened once this module is loaded.
import { Socket } from 'node:net';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

const sockets = { opened: 0, open: 0, mostOpen: 0 };
const { value: connect } = Object.getOwnPropertyDescriptor(Socket.prototype, 'connect');

Socket.prototype.connect = function counted(...args) {
  sockets.opened++;
  sockets.open++;
  sockets.mostOpen = Math.max(sockets.mostOpen, sockets.open);
  this.once('close', () => sockets.open--);
  return connect.apply(this, args);
};

/**
 * @typedef {object} Footprint
 * @property {number} heapBytes In use in V8's heap, behind a collection.
 * @property {number} socketsOpened By the process until now.
 * @property {number} socketsAtOnce The most that were open at the same time.
 *
 * @returns {Footprint}
 */
export function weigh() {
  collect();
  const { used_heap_size: heapBytes } = getHeapStatistics();
  return { heapBytes, socketsOpened: sockets.opened, socketsAtOnce: sockets.mostOpen };
}
