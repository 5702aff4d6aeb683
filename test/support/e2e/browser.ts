import { chromium, type Browser, type Page, type Route } from 'playwright-core';

const quiet = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Chromium starts and draws slowly where much else runs. */
const patienceMs = 180_000;

/** Debian's Chromium without a window. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: quiet, timeout: patienceMs });
}

/** A page, and everything that it complained about or loaded. */
export interface WatchedPage {
  readonly page: Page;
  /** Messages of the console, errors of scripts and violations of the content security policy. */
  readonly complaints: readonly string[];
  /** Addresses without query. */
  readonly loaded: readonly string[];
}

/** Runs in the page, whatever its policy says. */
const reportViolations = `document.addEventListener('securitypolicyviolation', (event) =>
  console.error('violates ' + event.violatedDirective + ': ' + event.blockedURI));`;

export async function openPage(
  browser: Browser,
  look: { readonly colorScheme: 'light' | 'dark'; readonly width: number },
): Promise<WatchedPage> {
  const page = await browser.newPage({ colorScheme: look.colorScheme, viewport: { width: look.width, height: 800 } });
  page.setDefaultTimeout(patienceMs);
  const complaints: string[] = [];
  const loaded: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => loaded.push(request.url().split('?')[0] ?? ''));
  await page.addInitScript({ content: reportViolations });
  await page.route('**/*', stayAsItIs);
  return { page, complaints, loaded };
}

/** A document as it is served, but for its reloading itself: what is read piece by piece must not become another page meanwhile. */
async function stayAsItIs(route: Route): Promise<void> {
  if (route.request().resourceType() !== 'document') return await route.continue();
  const response = await route.fetch({ timeout: patienceMs });
  const body = (await response.text()).replace(/<meta http-equiv="refresh"[^>]*>/, '');
  await route.fulfill({ response, body });
}
