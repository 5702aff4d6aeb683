/**
 * Loads the entry points of an app as a Functions worker does, and prints how long that took and of how many files. In a process of
 * its own, with nothing else loaded. Argument: folder of the app. Plain JavaScript: a loader would be measured too.
 */
import { globSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = resolve(process.argv[2]);
const coreSource = `class Disposable { dispose() {} }
const nothing = () => new Disposable();
module.exports = { version: '4', hostVersion: '4', Disposable, registerFunction: nothing, registerHook: nothing, setProgrammingModel() {}, log() {} };`;

let files = 0;
registerHooks({
  resolve: (wanted, context, next) =>
    wanted === '@azure/functions-core'
      ? { url: 'worker:core', format: 'commonjs', shortCircuit: true }
      : next(wanted, context),
  load(url, context, next) {
    files += 1;
    return url === 'worker:core' ? { format: 'commonjs', source: coreSource, shortCircuit: true } : next(url, context);
  },
});

const { main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const entryPoints = globSync(main, { cwd: folder }).sort();
const began = performance.now();
for (const file of entryPoints) await import(pathToFileURL(join(folder, file)).href);
const milliseconds = performance.now() - began;
const { user, system } = process.cpuUsage();
const megabytes = process.memoryUsage().rss / 1024 ** 2;
console.log(JSON.stringify({ milliseconds, cpuMilliseconds: (user + system) / 1000, files, megabytes }));
process.exit(0);
