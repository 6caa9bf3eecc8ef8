// Takes the pictures of the documentation: node pictures.js PAGE FOLDER
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [page_path, folder] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const shots = [
  { name: "to-do", width: 1100, selector: "section[aria-labelledby=now]" },
  { name: "lives", width: 1100, selector: "section[aria-labelledby=pending]", rows: 13 },
  { name: "price", width: 1100, selector: "section[aria-labelledby=price]" },
  { name: "timetable", width: 1100, selector: "section[aria-labelledby=policy]", rows: 8 },
];
for (const { name, width, selector, rows } of shots) {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: "light" });
  await page.goto(pathToFileURL(page_path).href);
  if (rows) {
    await page.evaluate(([selector, rows]) => {
      [...document.querySelector(selector).children].slice(rows + 3).forEach((element) => element.remove());
    }, [selector, rows]);
  }
  await page.locator(selector).screenshot({ path: join(folder, `${name}.png`) });
  await page.close();
}
const phone = await browser.newPage({ viewport: { width: 390, height: 844 }, colorScheme: "dark" });
await phone.goto(pathToFileURL(page_path).href);
await phone.screenshot({ path: join(folder, "phone.png") });
await browser.close();
