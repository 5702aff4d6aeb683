import { Dice } from '../../../local/azure/dice.js';
import type { Fault, Weather } from './weather.js';

/** What the local Azure rolls dice for, and the fault that this is. */
const faultOf: Readonly<Record<string, Fault>> = {
  caching: 'caching fails in silence',
  'import stuck': 'import sticks in Running',
  'import false': 'import reports success and did nothing',
  'import failed': 'import fails with 200',
  'import throttled': 'import ends as throttled',
};

const forAWhile = 1800;

/** Dice of the local Azure that fall as the weather wants: nothing fails in the calm, and everything that does is counted. */
export class WeatherDice extends Dice {
  constructor(
    seed: number,
    private readonly weather: Weather,
  ) {
    super(seed);
  }

  override hits(_share: number, kind: string): boolean {
    const fault = faultOf[kind];
    return fault !== undefined && this.weather.strikes(fault);
  }

  override between(range: readonly [number, number], kind: string, subject: string): number {
    if (kind === 'import' && this.weather.strikes('caching takes half an hour')) return forAWhile;
    if (kind === 'blob' && !this.weather.strikes('layer comes after its manifest')) return 0;
    return super.between(range, kind, subject);
  }
}
