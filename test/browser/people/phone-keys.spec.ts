import { type Browser, type BrowserContext, expect, type Page, test } from "@playwright/test";
import { isAccessible, press, tabTo } from "./by-keyboard.ts";

test.setTimeout(180_000);

const contexts: BrowserContext[] = [];
test.afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
});

const slowly = { timeout: 30_000 };
/** All tests share one hub, which keeps the place of those who left for a while. */
const idOf = (name: string) => `${name}-keys-${test.info().workerIndex}-${test.info().retry}-${Date.now() % 100_000}`;

async function phone(browser: Browser, name: string, id = idOf(name.toLowerCase())): Promise<Page> {
  const context = await browser.newContext({ permissions: ["microphone"], reducedMotion: "reduce" });
  contexts.push(context);
  const page = await context.newPage();
  await page.goto(`/phone?id=${id}&name=${name}`);
  await expect(page.locator("#line")).toHaveText("Online: others can call.", slowly);
  return page;
}

const lines = (page: Page) => page.getByRole("list", { name: "Calls that are on" }).getByRole("listitem");
const announced = (page: Page) => page.locator("voice-call voice-status .unseen[role=status]").first();
const rings = (page: Page) => page.getByRole("alertdialog");

test("a call is declined, silenced, accepted, muted, switched to another microphone and ended by keyboard alone", async ({
  browser,
}) => {
  const alice = await phone(browser, "Alice");
  const bob = await phone(browser, "Bob");
  await expect(alice.getByRole("button", { name: "Call Bob", exact: true })).toBeVisible(slowly);

  await press(alice, "Call Bob");
  await expect(bob.locator("voice-incoming [role=alert]")).toHaveText("Alice is calling.", slowly);
  await expect(rings(bob)).toBeFocused(slowly);
  await press(bob, "Decline");
  await expect(rings(bob)).toHaveCount(0, slowly);
  await expect(lines(alice)).toHaveCount(0, slowly);
  await expect(announced(alice)).not.toBeEmpty(slowly);
  await isAccessible(alice, "declined");
  await isAccessible(bob, "has declined");

  await press(alice, "Call again");
  await expect(rings(bob)).toBeFocused(slowly);
  await bob.keyboard.press("Escape");
  await expect(bob.getByRole("button", { name: "Silence" })).toHaveCount(0);
  await isAccessible(bob, "silenced");
  await press(bob, "Accept");
  await expect(lines(alice)).toContainText("Talking", slowly);
  await expect(announced(alice)).toHaveText("Connected", slowly);

  await press(alice, "Mute");
  const mute = alice.getByRole("button", { name: "Mute", exact: true });
  await expect(mute).toHaveAttribute("aria-pressed", "true", slowly);
  await isAccessible(alice, "muted");
  await press(alice, "Mute");
  await expect(mute).toHaveAttribute("aria-pressed", "false", slowly);

  await press(alice, "Devices");
  await tabTo(alice, "Microphone");
  const microphones = alice.locator("voice-call voice-devices").getByLabel("Microphone", { exact: true });
  const before = await microphones.inputValue();
  await alice.keyboard.press("End");
  await expect(microphones).not.toHaveValue(before, slowly);
  await isAccessible(alice, "devices");
  await alice.keyboard.press("Escape");
  await expect(alice.getByRole("button", { name: "Devices" })).toBeFocused();
  await expect(lines(alice)).toContainText("Talking");

  await press(alice, "Hang up");
  await expect(announced(alice)).toContainText("ended", { ...slowly, ignoreCase: true });
  await expect(announced(bob)).toContainText("ended", { ...slowly, ignoreCase: true });
});

test("one's status is chosen, and the phone taken over from another tab, by keyboard alone; both are announced", async ({
  browser,
}) => {
  const id = idOf("carla");
  const carla = await phone(browser, "Carla", id);
  const dirk = await phone(browser, "Dirk");
  await tabTo(carla, "My status");
  await carla.keyboard.press("End");
  await expect(carla.getByLabel("My status")).toHaveValue("away");
  await expect(dirk.locator("#people")).toContainText("Away", slowly);
  const second = await carla.context().newPage();
  await second.goto(`/phone?id=${id}&name=Carla`);
  await expect(second.locator("#line[role=status]")).toContainText("open in another tab", slowly);
  await press(second, "Use it here");
  await expect(second.locator("#line[role=status]")).toHaveText("Online: others can call.", slowly);
});
