import { type Browser, type BrowserContext, expect, type Page, test, type WebSocketRoute } from "@playwright/test";
import { microphoneFile } from "../../support/speech.ts";
import { speaking } from "../support/chromium.ts";
import { isAccessible, press, tabTo } from "./by-keyboard.ts";

test.use({ launchOptions: speaking(microphoneFile({ text: "A phone on a page.", tailMs: 300, seed: 71 })) });
test.setTimeout(180_000);

/** Each test has people of its own: all share one hub, which keeps the place of those who left for a while. */
const nameIn = (name: string) => `${name}-${test.info().workerIndex}-${test.info().retry}-${Date.now() % 100_000}`;

const contexts: BrowserContext[] = [];
test.afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
});

/** A person of their own: another profile, the same machine. */
async function person(browser: Browser, path: string): Promise<Page> {
  const context = await browser.newContext({ permissions: ["microphone"], reducedMotion: "reduce" });
  contexts.push(context);
  const page = await context.newPage();
  page.on("pageerror", (error) => console.error(`[${path}] ${error.stack ?? error.message}`));
  await page.goto(path);
  return page;
}

const phone = async (browser: Browser, id: string, name: string) => {
  const page = await person(browser, `/phone?id=${id}&name=${name}`);
  await expect(page.locator("#line")).toHaveText("Online: others can call.", { timeout: 20_000 });
  return page;
};

const lines = (page: Page) => page.getByRole("list", { name: "Calls that are on" }).getByRole("listitem");
const line = (page: Page, name: string) =>
  lines(page).filter({ has: page.locator("strong", { hasText: new RegExp(`^${name}$`) }) });
const slowly = { timeout: 30_000 };

test("two people call each other by keyboard alone, and axe finds nothing in any state", async ({ browser }) => {
  const [aliceId, bobId] = [nameIn("alice"), nameIn("bob")];
  const alice = await person(browser, "/phone");
  await isAccessible(alice, "asked who it is");
  await tabTo(alice, "Id");
  await alice.keyboard.type(aliceId);
  await tabTo(alice, "Name that others see");
  await alice.keyboard.type("Alice");
  await alice.keyboard.press("Enter");
  const bob = await phone(browser, bobId, "Bob");
  await expect(alice.getByRole("button", { name: "Call Bob" })).toBeVisible(slowly);
  await isAccessible(alice, "idle");

  await press(alice, "Call Bob");
  const dialog = bob.getByRole("alertdialog");
  await expect(dialog).toBeFocused(slowly);
  await expect(dialog).toHaveAccessibleDescription("Alice");
  await expect(line(alice, "Bob")).toContainText("Ringing…");
  await isAccessible(alice, "ringing");
  await isAccessible(bob, "incoming");
  await press(bob, "Accept");
  await expect(line(alice, "Bob")).toContainText("Talking", slowly);
  await expect(line(bob, "Alice")).toContainText("Talking", slowly);
  await isAccessible(alice, "active");

  await press(bob, "Keypad");
  await bob.keyboard.type("5");
  await expect(bob.locator("voice-dialpad [part=digits]")).toHaveText("5", slowly);

  await press(alice, "Hold: Bob");
  await expect(line(alice, "Bob")).toContainText("On hold", slowly);
  await expect(line(bob, "Alice")).toContainText("On hold by the other side", slowly);
  await isAccessible(alice, "held");
  await isAccessible(bob, "held by the other side");
  await press(alice, "Resume: Bob");
  await expect(line(bob, "Alice")).toContainText("Talking", slowly);

  await press(alice, "Call Echo");
  await expect(line(alice, "Echo")).toContainText("Talking", slowly);
  await expect(line(alice, "Bob")).toContainText("On hold", slowly);
  await press(alice, "Join all in a conference");
  const participants = alice.getByRole("list", { name: "Participants" });
  await expect(participants.getByRole("listitem")).toHaveText([/^\s*You/, /^\s*Bob/, /^\s*Echo/], slowly);
  await expect(line(bob, "Alice")).toContainText("Talking", slowly);
  await press(alice, "Lock");
  await expect(alice.getByRole("button", { name: "Lock" })).toHaveAttribute("aria-pressed", "true");
  await press(alice, "Mute: Bob");
  await expect(participants.getByRole("listitem").nth(1)).toContainText("Muted");
  await isAccessible(alice, "conference");
  await press(alice, "Remove: Echo");
  await expect(participants.getByRole("listitem")).toHaveCount(2, slowly);
  await press(alice, "Take apart");
  await expect(alice.getByRole("heading", { name: "Conference" })).toHaveCount(0, slowly);
  await expect(lines(alice)).toHaveCount(1);

  await press(bob, "Hang up: Alice");
  await expect(lines(alice)).toHaveCount(0, slowly);
  await expect(lines(bob)).toHaveCount(0, slowly);
  await expect(alice.locator("#history")).toContainText(/Bob\s+Outgoing/);
  await expect(bob.locator("#history")).toContainText(/Alice\s+Incoming/);
  await isAccessible(alice, "ended");

  await press(alice, "Call Bob");
  await expect(dialog).toBeFocused(slowly);
  await press(alice, "Hang up: Bob");
  await expect(dialog).toHaveCount(0, slowly);
  await expect(bob.locator("#history")).toContainText("Missed call");
  await expect(bob.getByRole("button", { name: "Call back: Alice" })).toHaveCount(2);
  await isAccessible(bob, "missed");
});

test("who is talked to is connected with whom else is talked to, and leaves both", async ({ browser }) => {
  const dora = await phone(browser, nameIn("dora"), "Dora");
  const emil = await phone(browser, nameIn("emil"), "Emil");
  const frida = await phone(browser, nameIn("frida"), "Frida");
  for (const [name, page] of [
    ["Emil", emil],
    ["Frida", frida],
  ] as const) {
    await dora.getByRole("button", { name: `Call ${name}`, exact: true }).click(slowly);
    await page.getByRole("button", { name: "Accept" }).click(slowly);
    await expect(line(dora, name)).toContainText("Talking", slowly);
  }
  await expect(line(dora, "Emil")).toContainText("On hold", slowly);
  await line(dora, "Emil").getByRole("combobox").selectOption({ label: "Frida, whom you talk to" });
  await dora.getByRole("button", { name: "Transfer: Emil" }).click();
  await expect(lines(dora)).toHaveCount(0, slowly);
  await expect(line(emil, "Frida")).toContainText("Talking", slowly);
  await expect(line(frida, "Emil")).toContainText("Talking", slowly);
  await line(frida, "Emil").getByRole("combobox").selectOption({ label: "Dora" });
  await frida.getByRole("button", { name: "Transfer: Emil" }).click();
  await dora.getByRole("button", { name: "Accept" }).click(slowly);
  await expect(line(emil, "Dora")).toContainText("Talking", slowly);
  await expect(line(dora, "Emil")).toContainText("Talking", slowly);
  await expect(lines(frida)).toHaveCount(0, slowly);
});

test("transfers by keyboard alone, blind and after asking, and each state is announced to who cannot see it", async ({
  browser,
}) => {
  const gustav = await phone(browser, nameIn("gustav"), "Gustav");
  const helga = await phone(browser, nameIn("helga"), "Helga");
  const ida = await phone(browser, nameIn("ida"), "Ida");
  const announced = (page: Page) => page.locator("voice-call voice-status .unseen[role=status]").first();
  /** Of the call with somebody, by the keys that every browser has for lists. */
  const choose = async (page: Page, of: string, option: string): Promise<void> => {
    await tabTo(page, `Hang up: ${of}`);
    await page.keyboard.press("Tab");
    const list = line(page, of).getByRole("combobox");
    await expect(list).toBeFocused();
    await page.keyboard.press("Home");
    for (let presses = 0; presses < 10; presses++) {
      if ((await list.locator("option:checked").textContent()) === option) break;
      await page.keyboard.press("ArrowDown");
    }
    await expect(list.locator("option:checked")).toHaveText(option);
    await press(page, `Transfer: ${of}`);
    await expect(page.locator("#trouble")).toBeEmpty();
  };
  const connect = async (from: Page, to: Page, names: { from: string; to: string }): Promise<void> => {
    await expect(from.getByRole("button", { name: `Call ${names.to}`, exact: true })).toBeVisible(slowly);
    await press(from, `Call ${names.to}`);
    await expect(to.locator("voice-incoming [role=alert]")).toHaveText(`${names.from} is calling.`, slowly);
    await expect(to.getByRole("alertdialog")).toBeFocused(slowly);
    await press(to, "Accept");
    await expect(line(from, names.to)).toContainText("Talking", slowly);
    await expect(announced(from)).toHaveText("Connected", slowly);
    await expect(announced(to)).toHaveText("Connected", slowly);
  };
  await connect(gustav, helga, { from: "Gustav", to: "Helga" });
  await press(gustav, "Hold: Helga");
  await expect(announced(gustav)).toHaveText("On hold", slowly);
  await expect(announced(helga)).toHaveText("On hold", slowly);
  await press(gustav, "Resume: Helga");
  await expect(announced(helga)).toHaveText("Connected", slowly);

  await choose(gustav, "Helga", "Ida");
  await expect(ida.getByRole("alertdialog")).toBeFocused(slowly);
  await press(ida, "Accept");
  await expect(lines(gustav)).toHaveCount(0, slowly);
  await expect(announced(gustav)).toContainText("ended", { ...slowly, ignoreCase: true });
  await expect(line(helga, "Ida")).toContainText("Talking", slowly);
  await expect(announced(helga)).toHaveText("Connected", slowly);

  await connect(helga, gustav, { from: "Helga", to: "Gustav" });
  await choose(helga, "Ida", "Gustav, whom you talk to");
  await expect(lines(helga)).toHaveCount(0, slowly);
  await expect(line(ida, "Gustav")).toContainText("Talking", slowly);
  await press(ida, "Hang up: Gustav");
  await expect(lines(gustav)).toHaveCount(0, slowly);
  await expect(announced(gustav)).toContainText("ended", { ...slowly, ignoreCase: true });
});

test("who does not want to be disturbed is not, and sees who called", async ({ browser }) => {
  const gina = await phone(browser, nameIn("gina"), "Gina");
  const hans = await phone(browser, nameIn("hans"), "Hans");
  await hans.getByLabel("My status").selectOption("do-not-disturb");
  await expect(gina.locator("#people")).toContainText("Does not want to be disturbed", slowly);
  await gina.getByRole("button", { name: "Call Hans" }).click();
  await expect(hans.locator("#history")).toContainText("Missed call", slowly);
  await expect(hans.getByRole("alertdialog")).toHaveCount(0);
  await expect(gina.locator("#history")).toContainText("do-not-disturb", slowly);
});

test("of two tabs of one person one rings; the other takes its place when asked", async ({ browser }) => {
  const id = nameIn("alice");
  const first = await phone(browser, id, "Alice");
  const second = await first.context().newPage();
  await second.goto(`/phone?id=${id}&name=Alice`);
  await expect(second.locator("#line")).toContainText("open in another tab", slowly);
  await isAccessible(second, "standby");
  await second.getByRole("button", { name: "Use it here" }).click();
  await expect(second.locator("#line")).toHaveText("Online: others can call.", slowly);
  await expect(first.locator("#line")).toContainText("open in another tab", slowly);
});

test("says that the hub is away, and is back when it is", async ({ browser }) => {
  const alice = await person(browser, "/test.html");
  let away = false;
  const sockets: WebSocketRoute[] = [];
  await alice.routeWebSocket(/\/hub\b/, (socket) => {
    if (away) void socket.close({ code: 1012 });
    else {
      socket.connectToServer();
      sockets.push(socket);
    }
  });
  await alice.goto(`/phone?id=${nameIn("alice")}`);
  await expect(alice.locator("#line")).toHaveText("Online: others can call.", slowly);
  away = true;
  for (const socket of sockets) await socket.close({ code: 1012 });
  await expect(alice.locator("#line")).toContainText("The hub is away. Reconnecting…", slowly);
  await expect(alice.locator("#people")).toContainText("known when the phone is connected");
  await isAccessible(alice, "hub away");
  away = false;
  await expect(alice.locator("#line")).toHaveText("Online: others can call.", { timeout: 60_000 });
});
