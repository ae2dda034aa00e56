// Plays persons at a merchant's page that embeds the hosted flow, in the browser
// that the configuration on standard input names. Prints what failed, by scenario.
import { text } from "node:stream/consumers";
import assert from "node:assert/strict";
import puppeteer from "puppeteer-core";

const config = JSON.parse(await text(process.stdin));
const patience = 60_000;
const next = () => config.visits.shift();

const browser = await puppeteer.launch(config.launch);

// ---- a merchant's page --------------------------------------------------------

const open = async (context, origin) => {
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  await page.goto(`${origin}/host`);
  return page;
};

const start = async (page, claimUrl, mode, container = null) => {
  await page.evaluate((...given) => arm(...given), claimUrl, mode, container);
  await page.click("#go");
};

const calls = (page) => page.evaluate(() => calls);
const called = (page, what) => page.waitForFunction((what) => calls.some((call) => call.startsWith(what)), {}, what);

// What must not come is waited for a while.
const quiet = (page) => page.evaluate(() => new Promise((done) => setTimeout(done, 1500)));

const checkMessages = async (page) => {
  for (const { origin, keys } of await page.evaluate(() => messages)) {
    assert.equal(origin, config.passage);
    assert.equal(keys, "linkId status type");
  }
};

// ---- the hosted flow, in a window or a frame ------------------------------------

const until = async (what, look) => {
  for (const end = Date.now() + patience; Date.now() < end; await new Promise((done) => setTimeout(done, 50))) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`${what}: did not come`);
};

const ours = (place) => place.url().startsWith(config.passage);
const popup = (context) => until("the pop-up", async () => (await context.pages()).find(ours));
const frame = (page) => until("the frame", async () => page.frames().find(ours));

// A page may be replaced while it is looked at: what it was is looked for again.
const act = (place, selector, what) => until(selector, async () => {
  try {
    const found = await place.$(selector);
    if (!found) return false;
    await what(found);
    return true;
  } catch (error) {
    if (/detach|destroyed|closed|navigat|no such|unknown|not clickable|stale|discarded|aborted/i.test(error.message)) return false;
    throw error;
  }
});
const press = (place, selector) => act(place, selector, (found) => found.click());
const type = (place, selector, value) => act(place, selector, async (found) => {
  await found.evaluate((field) => { field.value = ""; });
  await found.type(value);
});

const logIn = async (place, { user, password }) => {
  await press(place, "main form button.primary");
  await type(place, "#field-username", user);
  await type(place, "#field-password", password);
  await press(place, "form[data-ask] button.primary");
};

// A frame in which no cookie is kept has a button that opens a window.
const logInFramed = async (page, visit, closes = true) => {
  const shown = await frame(page);
  if (config.framed) return logIn(shown, visit);
  await press(shown, "#window");
  const window = await popup(page.browserContext());
  await logIn(window, visit);
  if (closes) await until("the window's end", async () => window.isClosed());
};

const completed = async (page, linkId) => {
  await called(page, "onComplete");
  await quiet(page);
  const all = await calls(page);
  assert.deepEqual(all.filter((call) => call.startsWith("on")), [`onComplete ${linkId} complete`]);
  assert.equal(all[0], "link.status pending");
  await checkMessages(page);
};

// A pop-up that has not heard from its opener yet navigates by itself.
const heard = (shown) => shown.waitForFunction(() => window.name.startsWith("passage "));

const leaves = async (page, shown, ...expected) => {
  await called(page, "onClose");
  assert.deepEqual(await calls(page), [...expected, "onClose"]);
  await until("the pop-up's end", async () => shown.isClosed());
  await checkMessages(page);
};

// ---- scenarios -------------------------------------------------------------------

const scenarios = {
  async "third-party cookies are blocked, or kept apart"(context) {
    const page = await context.newPage();
    await page.goto(`${config.passageSite}/third`); // as a first party
    await page.goto(`${config.host}/control`);
    const framed = await until("the third party's frame", async () => page.frames().find((each) => each.url().endsWith("/seen")));
    const seen = await framed.waitForSelector("#seen").then((found) => found.evaluate((element) => element.textContent));
    assert.equal(seen, config.control);
  },

  async "a pop-up, to the end"(context) {
    const page = await open(context, config.host), visit = next();
    await start(page, visit.claimUrl, "popup");
    const shown = await popup(context);
    await logIn(shown, visit);
    await completed(page, visit.linkId);
    assert.ok(shown.isClosed(), "the pop-up stays open");
  },

  async "a frame, to the end"(context) {
    const page = await open(context, config.host), visit = next();
    await start(page, visit.claimUrl, "iframe", "#place");
    await logInFramed(page, visit);
    await completed(page, visit.linkId);
    assert.equal(await page.$("iframe"), null);
  },

  async "a frame in its own dialog, closed midway"(context) {
    const page = await open(context, config.host), visit = next();
    await start(page, visit.claimUrl, "iframe");
    await called(page, "link.status pending");
    await page.click("dialog button");
    await called(page, "onClose");
    await quiet(page);
    assert.deepEqual(await calls(page), ["link.status pending", "onClose"]);
  },

  async "a person who leaves by the page's own button"(context) {
    const page = await open(context, config.host), visit = next();
    await start(page, visit.claimUrl, "popup");
    const shown = await popup(context);
    await heard(shown);
    await press(shown, "#cancel");
    await leaves(page, shown, "link.status pending", "link.leave pending");
  },

  async "a person who leaves a frame by its own button"(context) {
    const page = await open(context, config.host), visit = next();
    await start(page, visit.claimUrl, "iframe", "#place");
    let shown = await frame(page), window;
    if (!config.framed) {
      await press(shown, "#window");
      shown = window = await popup(context);
    }
    await press(shown, "a#cancel");
    await called(page, "onClose");
    assert.deepEqual(await calls(page), ["link.status pending", "link.leave pending", "onClose"]);
    assert.equal(await page.$("iframe"), null);
    if (window) await until("the window's end", async () => window.isClosed());
    assert.ok(page.url().endsWith("/host"), "the merchant's page went elsewhere");
  },

  async "a person who is somebody else"(context) {
    const page = await open(context, config.host), visit = next();
    await start(page, visit.claimUrl, "popup");
    const shown = await popup(context);
    await heard(shown);
    await press(shown, ".for a");
    await press(shown, "#return");
    await leaves(page, shown, "link.status pending", "link.status pending", "link.leave pending");
  },

  async "a person who cancels midway"(context) {
    const page = await open(context, config.host), visit = next();
    await start(page, visit.claimUrl, "popup");
    const shown = await popup(context);
    await heard(shown);
    await press(shown, "main form button.primary");
    await called(page, "link.status active");
    await press(shown, "button#cancel");
    await leaves(page, shown, "link.status pending", "link.status active", "link.status failed", "onError link_failed", "link.leave failed");
  },

  async "a person who gives up after a failure"(context) {
    const page = await open(context, config.host), visit = next();
    await start(page, visit.claimUrl, "popup");
    const shown = await popup(context);
    await logIn(shown, { ...visit, user: visit.flaky });
    await called(page, "onError link_failed");
    await press(shown, "#return");
    await leaves(page, shown, "link.status pending", "link.status active", "link.status failed", "onError link_failed", "link.leave failed");
  },

  async "a person who comes again when all is done"(context) {
    const page = await open(context, config.host), visit = next();
    await start(page, visit.claimUrl, "popup");
    await logIn(await popup(context), visit);
    await completed(page, visit.linkId);
    await start(page, visit.claimUrl, "popup");
    const shown = await popup(context);
    await heard(shown);
    await press(shown, "#return");
    await until("the pop-up's end", async () => shown.isClosed());
    const again = ["link.status complete", `onComplete ${visit.linkId} complete`, "link.leave complete"];
    assert.deepEqual((await calls(page)).slice(-again.length), again);
  },

  async "a message without a source counts only from the window's origin and for its link"(context) {
    const page = await open(context, config.host), visit = next();
    const say = (origin, linkId) => page.evaluate((origin, linkId) => {
      dispatchEvent(new MessageEvent("message", { origin, source: null, data: { type: "link.leave", linkId, status: "pending" } }));
    }, origin, linkId);
    await start(page, visit.claimUrl, "popup");
    const shown = await popup(context);
    await heard(shown);
    await say(config.stranger, visit.linkId);
    await say(config.passage, "link_of_another");
    await say(config.passage, undefined);
    assert.deepEqual(await calls(page), ["link.status pending"]);
    await say(config.passage, visit.linkId);
    await called(page, "onClose");
    assert.deepEqual(await calls(page), ["link.status pending", "link.leave pending", "onClose"]);
    await until("the pop-up's end", async () => shown.isClosed());
  },

  async "a pop-up, closed midway"(context) {
    const page = await open(context, config.host), visit = next();
    await start(page, visit.claimUrl, "popup");
    const shown = await popup(context);
    await press(shown, "main form button.primary");
    await called(page, "link.status active");
    await shown.close();
    await called(page, "onClose");
    await quiet(page);
    assert.deepEqual(await calls(page), ["link.status pending", "link.status active", "onClose"]);
  },

  async "a failure, then another try"(context) {
    const page = await open(context, config.host), visit = next();
    await start(page, visit.claimUrl, "popup");
    const shown = await popup(context);
    await logIn(shown, { ...visit, user: visit.flaky });
    await called(page, "onError link_failed");
    await logIn(shown, { ...visit, user: visit.flaky });
    await called(page, "onComplete");
    await quiet(page);
    const all = (await calls(page)).filter((call) => call.startsWith("on"));
    assert.deepEqual(all, ["onError link_failed", `onComplete ${visit.linkId} complete`]);
  },

  async "a frame at an origin that is not allowed"(context) {
    const page = await open(context, config.stranger), visit = next();
    await start(page, visit.claimUrl, "iframe", "#place");
    await called(page, "onClose");
    assert.deepEqual(await calls(page), ["onError frame_refused", "onClose"]);
    assert.deepEqual(await page.evaluate(() => messages), []);
  },

  async "a pop-up at an origin that is not allowed is told nothing"(context) {
    const page = await open(context, config.stranger), visit = next();
    await start(page, visit.claimUrl, "popup");
    const shown = await popup(context);
    await logIn(shown, visit);
    await until("the way back", async () => shown.url().startsWith(config.host)); // as without connect.js
    await shown.close();
    await called(page, "onClose");
    assert.deepEqual(await calls(page), ["onClose"]);
    assert.deepEqual(await page.evaluate(() => messages), []);
  },

  async "a required return, from a pop-up"(context) {
    const page = await open(context, config.host), visit = next();
    await start(page, visit.returning, "popup");
    const shown = await popup(context);
    await logIn(shown, visit);
    await until("the return", async () => /\/done\?linkId=.*&returnCode=rtn_/.test(shown.url()));
    await checkMessages(page);
    assert.ok(!(await calls(page)).some((call) => call.startsWith("on") || call.startsWith("link.leave")));
  },

  async "a required return, from a frame"(context) {
    const page = await open(context, config.host), visit = next();
    await start(page, visit.returning, "iframe", "#place");
    await logInFramed(page, visit, false);
    await until("the return", async () => (await context.pages()).some((each) => /\/done\?linkId=.*&returnCode=rtn_/.test(each.url())));
  },

  async "a phone takes over from a pop-up"(context) {
    const page = await open(context, config.host), visit = next();
    await start(page, visit.claimUrl, "popup");
    const shown = await popup(context);
    await press(shown, ".to-phone button");
    const address = await shown.waitForSelector("main code").then((found) => found.evaluate((code) => code.textContent));
    const other = await browser.createBrowserContext();
    try {
      const phone = await other.newPage();
      await phone.goto(address);
      await press(phone, "main form button.primary"); // here, on the phone
      await until("the claim page", async () => phone.url() === visit.claimUrl);
      await logIn(phone, visit);
      await completed(page, visit.linkId);
      assert.ok(shown.isClosed(), "the pop-up stays open");
    } finally {
      await other.close();
    }
  },

  async "a phone is redirected"(context) {
    if (config.launch.browser !== "chrome") return; // no other one can play a phone
    const page = await open(context, config.host), visit = next();
    await page.setViewport({ width: 390, height: 844, isMobile: true, hasTouch: true });
    await start(page, visit.claimUrl, "popup");
    await until("the claim page", async () => page.url() === visit.claimUrl);
  },

  async "a pop-up that is blocked becomes a redirect"(context) {
    const page = await open(context, config.host), visit = next();
    await page.evaluate(() => { window.open = () => null; });
    await start(page, visit.claimUrl, "popup");
    await until("the claim page", async () => page.url() === visit.claimUrl);
  },

  async "the README's page"(context) {
    const page = await context.newPage(), visit = next();
    page.setDefaultTimeout(patience);
    await page.goto(`${config.host}/readme?claimUrl=${encodeURIComponent(visit.claimUrl)}`, { waitUntil: "networkidle0" });
    await page.click("#connect");
    await logIn(await popup(context), visit);
    await until("the merchant's next page", async () => page.url().endsWith(`/done?linkId=${visit.linkId}`));
  },

  async "the demo's shop"(context) {
    const page = await context.newPage(), visit = next();
    page.setDefaultTimeout(patience);
    await page.goto(config.shop);
    await page.click("input[value=iframe]");
    await page.click("#connect");
    await logInFramed(page, visit);
    await page.waitForSelector("#link[data-status=complete]");
  },
};

const results = [];
for (const [name, play] of Object.entries(scenarios)) {
  const context = await browser.createBrowserContext();
  try {
    await play(context);
    results.push({ name });
  } catch (error) {
    const pages = await Promise.all((await context.pages()).map(async (page) => `${page.url()} ${JSON.stringify(await page.evaluate(() => globalThis.calls ?? document.title).catch(String))}`));
    results.push({ name, error: [error.stack, ...pages].join("\n") });
  } finally {
    await context.close();
  }
}
await browser.close();
console.log(JSON.stringify(results));
