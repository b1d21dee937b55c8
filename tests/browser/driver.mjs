// A real browser for the tests: reads one JSON command a line from stdin, writes one JSON answer a
// line to stdout. real_browser.py is the other end.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import readline from 'node:readline';

const require = createRequire(process.env.PORTAL_NODE_MODULES + '/');
const { chromium } = require('playwright-core');
const axeSource = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const PATIENCE = 15_000;
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const browser = await chromium.launch({
  executablePath: process.env.PORTAL_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
});

const contexts = new Map();  // name → context
const pages = new Map();     // name → page
const noise = [];            // what the pages complained of, and requests to other hosts

async function open({ name, context, options = {}, host }) {
  if (!contexts.has(context)) {
    // The certificate is of the test's own authority.
    contexts.set(context, await browser.newContext({ ignoreHTTPSErrors: true, ...options }));
  }
  const page = await contexts.get(context).newPage();
  page.setDefaultTimeout(PATIENCE);
  page.on('console', (said) => {
    // A page that refuses what was typed has another status than 200, of which Chromium tells.
    if (said.type() === 'error' && !/status of (4|5)\d\d/.test(said.text())) noise.push(said.text());
  });
  page.on('pageerror', (error) => noise.push(String(error)));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.hostname !== host) noise.push(`asks ${url.hostname}`);
  });
  page.on('response', (response) => {
    if (response.request().isNavigationRequest()) page.lastStatus = response.status();
  });
  pages.set(name, page);
}

const state = (page) => page.evaluate(() => ({
  path: location.pathname,
  query: location.search,
  title: document.title,
  language: document.documentElement.lang,
  heading: document.querySelector('h1')?.textContent.trim() ?? '',
  text: document.body.innerText,
  focused: document.activeElement?.getAttribute('name') ?? document.activeElement?.id ?? '',
  focusedTag: document.activeElement?.tagName.toLowerCase() ?? '',
  overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
}));

async function axe(page) {
  await page.evaluate(axeSource);
  return page.evaluate(async (tags) => {
    const result = await window.axe.run(document, { runOnly: { type: 'tag', values: tags } });
    return result.violations.map((each) => ({
      rule: each.id,
      help: each.help,
      where: each.nodes.map((node) => `${node.target.join(' ')}: ${node.failureSummary}`),
    }));
  }, WCAG);
}

const acts = {
  goto: (page, { url }) => page.goto(url),
  fill: (page, { field, value }) => page.locator(`[name="${field}"]:not([type="hidden"])`).fill(value),
  check: (page, { field, value }) =>
    page.locator(`[name="${field}"]` + (value ? `[value="${value}"]` : '')).check(),
  submit: (page, { action }) => Promise.all([
    page.waitForEvent('domcontentloaded'),
    page.locator(`form[action="${action}"] button[type="submit"]`).first().click(),
  ]),
  press: (page, { key }) => page.keyboard.press(key),
  enter: (page) => Promise.all([page.waitForEvent('domcontentloaded'), page.keyboard.press('Enter')]),
  type: (page, { text }) => page.keyboard.type(text),
  settle: (page) => page.waitForLoadState('load'),
  back: (page) => page.goBack(),
  reload: (page) => page.reload(),
  screenshot: (page, { path }) => page.screenshot({ path, fullPage: true }),
  install_clock: (page) => page.clock.install(),
  pass_time: (page, { seconds }) => page.clock.fastForward(seconds * 1000),
  resize: (page, { width, height }) => page.setViewportSize({ width, height }),
};

async function run(command) {
  if (command.act === 'open') return open(command);
  if (command.act === 'noise') return noise.splice(0);
  if (command.act === 'cookies') return contexts.get(command.context).cookies();
  if (command.act === 'set_cookies') return contexts.get(command.context).addCookies(command.cookies);
  const page = pages.get(command.page);
  if (command.act === 'state') return { ...(await state(page)), status: page.lastStatus };
  if (command.act === 'axe') return axe(page);
  if (command.act === 'is_shown') return page.locator(command.selector).first().isVisible();
  if (command.act === 'value') return page.locator(`[name="${command.field}"]`).inputValue();
  await acts[command.act](page, command);
  return null;
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = { value: (await run(JSON.parse(line))) ?? null };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
await browser.close();
