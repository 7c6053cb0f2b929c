/** The API of mqtt-packet 9, by name and as the default export, whose types `mqtt.Packet` and the like are. */
export * from './api.js';
export * as default from './api.js';
