// Opens pages in Chromium at the widths of a phone and a desk, and prints what it saw as JSON.
// node look.js FOLDER-FOR-PICTURES PAGE…
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const [pictures, ...pages] = process.argv.slice(2);
const sizes = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 900 } };
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const seen = [];
for (const path of pages) {
  for (const [name, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ["light", "dark"]) {
      const context = await browser.newContext({ viewport, colorScheme, bypassCSP: true });
      const page = await context.newPage();
      const messages = [];
      const requests = [];
      page.on("console", (message) => messages.push(message.text()));
      page.on("pageerror", (error) => messages.push(String(error)));
      page.on("request", (request) => requests.push(request.url()));
      const start = Date.now();
      await page.goto(pathToFileURL(path).href, { waitUntil: "load" });
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      const opened = Date.now() - start;
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      const structure = await page.evaluate(() => {
        const count = {};
        for (const element of document.querySelectorAll("*")) count[element.localName] = (count[element.localName] ?? 0) + 1;
        return count;
      });
      const handlers = await page.evaluate(() =>
        [...document.querySelectorAll("*")].flatMap((e) => [...e.attributes]).filter((a) => a.name.startsWith("on")).length);
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      let violations = [];
      if (height < 60000) {
        await page.evaluate(axe);
        const found = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
        violations = found.violations.map((v) => `${v.id}: ${v.nodes[0].html}`);
      }
      const picture = join(pictures, `${basename(path, ".html")}-${name}-${colorScheme}.png`);
      await page.screenshot({ path: picture, fullPage: height < 8000 });
      seen.push({ page: basename(path), name, colorScheme, messages, requests: requests.slice(1), overflow, structure, handlers, violations, opened, picture });
      await context.close();
    }
  }
}
await browser.close();
console.log(JSON.stringify(seen));
