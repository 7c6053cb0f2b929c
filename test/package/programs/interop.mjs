/** Imports the package by its default and by its names, and reports what it got. */
import byDefault, * as mqtt from 'mqtt-wasm';

process.stdout.write(
  JSON.stringify({
    names: Object.keys(mqtt).sort(),
    both: Object.keys(byDefault)
      .filter((name) => byDefault[name] === mqtt[name])
      .sort(),
  }),
);
