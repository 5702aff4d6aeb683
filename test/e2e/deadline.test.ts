import { openBench, type Bench } from '../support/e2e/bench.js';
import type { Outcome } from '../../local/runner/play.js';
import { loadQuickScenario } from '../support/e2e/scenarios.js';
import { checkEventData } from '../support/published-data.js';

describe('a subscription in which a window opens before a cache can be complete', () => {
  let bench: Bench;
  let outcome: Outcome;

  beforeAll(async () => {
    bench = await openBench({ scenario: await loadQuickScenario('deadline') });
    outcome = await bench.play();
  });
  afterAll(() => bench?.close());

  const published = () => bench.session.azure.publishedEvents;
  const typeOf = (type: string) => type.split('.').at(-1) ?? '';

  test('ends as declared: the event is out and the status tells the risk', () => {
    expect(outcome.differences).toEqual([]);
  });

  test('every event is as its published schema says, of one source, once but for doubles', () => {
    expect(published().length).toBeGreaterThan(0);
    for (const { type, data } of published()) checkEventData(typeOf(type), data);
    expect(new Set(published().map(({ source }) => source)).size).toBe(1);
  });

  test('the risk is told before the window opens, with all that somebody needs to act', () => {
    const risks = published().filter(({ type }) => typeOf(type) === 'DeadlineAtRisk');
    expect(risks.length).toBeGreaterThan(0);
    for (const { subject, time, data } of risks) {
      expect(subject).toMatch(/\/payments$/);
      const { deadline, because } = data as { readonly deadline: string; readonly because: string };
      expect(Date.parse(time ?? '')).toBeLessThan(Date.parse(deadline));
      expect(because).toContain('auto-upgrade to Kubernetes 1.35.7');
    }
  });

  test('the dashboard shows it', async () => {
    const { text } = await bench.call('/api/dashboard');
    expect(text).toMatch(/needed by .* at risk/s);
  });
});
