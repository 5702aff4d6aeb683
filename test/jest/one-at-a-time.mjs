import TestRunner from 'jest-runner';

/** A jest runner: its files run one after the other in jest's own process, while those of other projects have workers. */
export default class OneAtATime extends TestRunner {
  isSerial = true;
}
