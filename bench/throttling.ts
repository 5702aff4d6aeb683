/**
 * `npm run bench:throttling -- [part of a name]`: 20 registries under the documented limits, in virtual time, with the product's budgets. Prints how near
 * the work comes to what the limits allow at best, and fails where an expectation of docs/benchmarks.md is not met.
 */
import { scenarios } from './throttling/scenarios.js';
import { judge } from './throttling/judge.js';
import { Simulation } from './throttling/simulate.js';

console.log(
  '| scenario | requests | seconds | best possible | ratio | worst wait against fair share | in a pause | unaware, at most | refused | given back per artifact | transactions per artifact |',
);
console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
const wanted = process.argv[2] ?? '';
for (const { name, scenario, expected } of scenarios.filter((one) => one.name.includes(wanted))) {
  const outcome = await new Simulation(scenario, 1).run();
  const { seconds, bound, ratio, worstWait, artifacts } = judge(scenario, outcome);
  const cells = [
    name,
    outcome.requests,
    seconds.toFixed(0),
    bound.toFixed(0),
    ratio.toFixed(3),
    worstWait.toFixed(2),
    outcome.sentInPause,
    `${outcome.sentUnaware}, ${outcome.longestUnaware.toFixed(1)} s`,
    outcome.refused,
    (outcome.givenBack / artifacts).toFixed(2),
    (outcome.transactions / artifacts).toFixed(3),
  ];
  console.log(`| ${cells.join(' | ')} |`);
  if (ratio > expected.ratio || worstWait > expected.wait || outcome.sentInPause > 0) process.exitCode = 1;
}
