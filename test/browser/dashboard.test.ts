import type { Browser, Locator, Page } from 'playwright-core';
import type { Scenario } from '../../local/azure/scenario.js';
import type { AppStatus } from '../../local/runner/app-status.js';
import { openBench, type Bench } from '../support/e2e/bench.js';
import { launchBrowser, openPage, type WatchedPage } from '../support/e2e/browser.js';
import { loadQuickScenario } from '../support/e2e/scenarios.js';
import { describeWith } from '../support/requirements.js';

const stuck = 'oss/v2/kubernetes/coredns:v1.13.1-6';
const hostile = `artifact-sync: <img src=x onerror="alert(1)"> & 'production'`;

/** One artifact never caches, and a Fleet gate has a name of somebody who means harm. */
async function hostileScenario(): Promise<Scenario> {
  const scenario = await loadQuickScenario('never-caches');
  const rename = (gate: { displayName: string }) =>
    gate.displayName.endsWith('production') ? { ...gate, displayName: hostile } : gate;
  const fleets = scenario.fleets.map((fleet) => ({
    ...fleet,
    updateRuns: fleet.updateRuns.map((run) => ({
      ...run,
      stages: run.stages.map((stage) => ({ ...stage, beforeGates: stage.beforeGates.map(rename) })),
    })),
  }));
  const gates = scenario.expect.gates.map((gate) => ({ ...gate, ...rename(gate) }));
  return { ...scenario, fleets, expect: { ...scenario.expect, gates } };
}

/** A scenario ends as declared before the versions that run are planned, and before the shut gate was judged a last time. */
function isSettled({ clusters, fleetGates }: AppStatus): boolean {
  const running = clusters.flatMap(({ kubernetesVersion, targets }) =>
    targets.filter((target) => target.kubernetesVersion === kubernetesVersion),
  );
  const waiting = fleetGates.flatMap(({ reasons }) => reasons);
  return (
    running.length === 3 &&
    running.every(({ decision }) => decision === 'open') &&
    waiting.some((reason) => reason.startsWith('data 1.35.7 is closed'))
  );
}

describeWith({ command: 'chromium', debianPackage: 'chromium' }, 'the dashboard in a browser', () => {
  let bench: Bench;
  let browser: Browser;
  let watched: WatchedPage;

  beforeAll(async () => {
    bench = await openBench({ scenario: await hostileScenario() });
    const { differences } = await bench.play();
    expect(differences).toEqual([]);
    await bench.statusOnce('every version is planned and judged, and the gate that waits says so', isSettled);
    await sendHostileEvent();
    browser = await launchBrowser();
    watched = await openDashboard('light', 1280);
  });
  afterAll(async () => {
    await browser?.close();
    await bench?.close();
  });

  async function openDashboard(colorScheme: 'light' | 'dark', width: number): Promise<WatchedPage> {
    const { url, keys } = bench.session.host;
    const opened = await openPage(browser, { colorScheme, width });
    const response = await opened.page.goto(`${url}/api/dashboard?code=${keys.default}`);
    expect(response?.status()).toBe(200);
    return opened;
  }

  async function sendHostileEvent(): Promise<void> {
    const { keys } = bench.session.host;
    const path = `/runtime/webhooks/eventgrid?functionName=fleet-gate-changed&code=${keys.eventGrid}`;
    const body = JSON.stringify([{ id: '</code><script>alert(2)</script>' }]);
    await bench.call(path, { method: 'POST', headers: { 'aeg-event-type': 'Notification' }, body });
  }

  const row = (text: string): Locator => watched.page.locator('tr', { hasText: text });

  test('says at the top what is to be looked at', async () => {
    const verdict = watched.page.getByRole('status');
    // Once the app has seen that payments runs the new version, that is no gate any more.
    const text = await verdict.locator('p').innerText();
    expect(text).toMatch(/^Needs a look: (1 of 2|2 of 3) gates open$/);
    expect(await verdict.locator('li').allInnerTexts()).toEqual(['1 problem in the last 24 hours, listed below']);
    expect(await watched.page.title()).toBe(`${text} - AKS artifact sync`);
  });

  test('shows the shut gate first, with the name of the artifact that is missing', async () => {
    const rows = await watched.page.locator('table').first().locator('tbody tr').allInnerTexts();
    const isCurrent = (text: string) => text.includes('(current)');
    const [gates, running] = [rows.filter((text) => !isCurrent(text)), rows.filter(isCurrent)];
    expect(gates.map((text) => text.split(/\s/)[0]).join(' ')).toMatch(/^data (payments )?shop sandbox$/);
    expect(running).toHaveLength(3);
    expect(rows[0]).toMatch(/1\.34\.10 → 1\.35\.7\s+✕ closed/);
    expect(rows[0]).toContain(stuck);
    expect(gates[0]).toMatch(/32 \/ 33/);
    expect(gates.slice(1).join()).not.toContain(stuck);
    expect(gates[1]).toContain('✓ open');
    expect(gates.at(-1)).toMatch(/left alone\s+not network isolated/);
  });

  test('shows registries with their counts, and what became of Fleet gates', async () => {
    const registry = bench.session.azure.loginServers.get('contosolegacy') ?? '';
    // The gates name it, too; its own row is the last. 33 artifacts of each version, 16 of them the same.
    expect(await row(registry).last().innerText()).toMatch(/^127\.0\.0\.1:\d+\s+49 \/ 50\s/);
    expect(await row('stage canary').innerText()).toContain('✓ approved');
    expect(await row('production').last().innerText()).toMatch(/… waiting[^]*data 1\.35\.7 is closed/);
  });

  test('shows hostile text as text', async () => {
    const { page } = watched;
    expect(await page.getByText(hostile).count()).toBe(1);
    expect(await page.locator('code', { hasText: '<script>alert(2)</script>' }).count()).toBe(1);
    expect(await page.locator('img, script, iframe, [onerror], [style]').count()).toBe(0);
  });

  test.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 400],
    ['dark', 400],
  ] as const)('in %s on %d px loads nothing else, complains of nothing and fits', async (colorScheme, width) => {
    const { page, complaints, loaded } = await openDashboard(colorScheme, width);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    const [background = []] = await readColors(page, 'body', 'backgroundColor');
    expect(luminance(background) > 0.5).toBe(colorScheme === 'light');
    expect([complaints, loaded]).toEqual([[], [`${bench.session.host.url}/api/dashboard`]]);
    await page.close();
  });

  test.each(['light', 'dark'] as const)('in %s every mark can be read', async (colorScheme) => {
    const { page } = await openDashboard(colorScheme, 1280);
    const [background = []] = await readColors(page, 'body', 'backgroundColor');
    const texts = await readColors(page, '.mark, .soft, th, code', 'color');
    expect(texts.length).toBeGreaterThan(20);
    expect(Math.min(...texts.map((text) => contrast(background, text)))).toBeGreaterThanOrEqual(4.5);
    await page.close();
  });
});

type Rgb = readonly number[];

/** Computed colours of every element of a selector. */
async function readColors(
  page: Page,
  selector: string,
  property: 'color' | 'backgroundColor',
): Promise<readonly Rgb[]> {
  const read = `[...document.querySelectorAll('${selector}')].map((found) => getComputedStyle(found).${property})`;
  const colors = await page.evaluate<readonly string[]>(read);
  return colors.map((color) => (color.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number));
}

/** Source: WCAG 2.2, "relative luminance" and "contrast ratio". */
function luminance(color: Rgb): number {
  const [red = 0, green = 0, blue = 0] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: Rgb, other: Rgb): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}
