import type { Browser, BrowserContext, Page } from "@playwright/test";
import type { Call, Client, ClientOptions, IncomingCall } from "../../../lib/index.ts";
import { createHub, type Hub, type HubOptions } from "../../../lib/node/index.ts";
import { align, resample } from "../../support/signal.ts";
import { microphoneFile } from "../../support/speech.ts";
import { readWav, type Sound } from "../../support/wav.ts";
import { atRate, presence } from "../conference/parties.ts";
import { speaking } from "../support/chromium.ts";
import { openTestPage, recorded } from "../support/page.ts";

/** Pages of one browser see each other by their addresses, not by names that nobody on this machine resolves. */
export const launchOptions = (() => {
  const options = speaking();
  return { ...options, args: [...options.args, "--disable-features=WebRtcHideLocalIpsWithMdns"] };
})();

export interface PeopleWindow {
  client: Client;
  incoming: IncomingCall | undefined;
  person: { file: string; context: AudioContext | undefined };
  /** Everything the client and its calls said. */
  said: string[];
}

declare global {
  interface Window extends PeopleWindow {}
}

const voices = { alice: "en-us+f3", bob: "en-us", carol: "en-gb+m7", dave: "en-us+f5" } as const;

const texts = {
  alice: "The quick brown fox jumps over the lazy dog while it is raining.",
  bob: "Seven wizards box with five jugs of liquid in a cold and windy tower.",
  carol: "How many sheep must the shepherd count before the moon goes down.",
  dave: "Fourteen tired painters climb the ladder with a bucket of green varnish each.",
} as const;

export type Name = keyof typeof texts;

/** What this person's microphone speaks, over and over. */
export const voiceOf = (name: Name): string =>
  microphoneFile({
    text: texts[name],
    voice: voices[name],
    leadMs: 100,
    tailMs: 200,
    seed: name.charCodeAt(0),
    noiseDb: -31,
  });

export async function startHub(options: Partial<HubOptions> = {}): Promise<Hub> {
  const hub = createHub({ port: 0, host: "127.0.0.1", allowedOrigins: "*", ...options });
  await hub.ready;
  return hub;
}

/** A page of its own, with a microphone of its own that speaks. */
export class Person {
  private constructor(
    readonly name: Name,
    readonly page: Page,
    readonly context: BrowserContext,
  ) {}

  /** @param baseURL where the browser is not the test's own. */
  static async open(
    browser: Browser,
    name: Name,
    hub: string,
    options: Partial<ClientOptions> = {},
    baseURL?: string,
  ): Promise<Person> {
    const context = await browser.newContext({ permissions: ["microphone"], ...(baseURL && { baseURL }) });
    const page = await context.newPage();
    await openTestPage(page);
    const person = new Person(name, page, context);
    await person.join(hub, options);
    return person;
  }

  /** What its calls hear while they are held. */
  static async openWithMusic(browser: Browser, name: Name, music: Name, hub: string, options: Partial<ClientOptions>) {
    const person = await Person.open(browser, name, hub, options);
    await person.page.evaluate(() => window.client.close());
    await person.join(hub, options, music);
    return person;
  }

  /** (Again, after the page was loaded again.) `window.client` and everything it says. */
  async join(hub: string, options: Partial<ClientOptions> = {}, music?: Name): Promise<void> {
    await this.page.evaluate(
      async ([id, hub, file, options, music]) => {
        const context = new AudioContext();
        const buffer = await context.decodeAudioData(await (await fetch(file)).arrayBuffer());
        const microphone = () => {
          const sent = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
          const source = new AudioBufferSourceNode(context, { buffer, loop: true });
          source.connect(sent);
          source.start();
          return sent.stream;
        };
        window.person = { file, context };
        window.said = [];
        const client = new window.voicebridge.Client({
          hub,
          id,
          displayName: id.toUpperCase(),
          audio: {
            microphone: microphone(),
            ...(music !== undefined && { holdSound: await window.voicebridge.loadHoldSound(music) }),
          },
          ...options,
        });
        window.client = client;
        client.addEventListener("state", ({ state }) => window.said.push(`client ${state}`));
        client.addEventListener("missed", ({ entry }) => window.said.push(`missed ${entry.party.id} ${entry.reason}`));
        client.addEventListener("incoming", ({ incoming }) => {
          window.incoming = incoming;
          window.said.push(`incoming ${incoming.from.id}${incoming.waiting ? " waiting" : ""}`);
          incoming.addEventListener("ended", ({ end }) => window.said.push(`rang ${end.outcome} ${end.reason}`));
        });
        client.addEventListener("call", ({ call, direction }) => {
          window.call = call;
          window.said.push(direction);
          call.addEventListener("statechange", ({ state }) => window.said.push(state));
          call.addEventListener("ended", ({ end }) => window.said.push(`ended ${end.reason} by ${end.by}`));
          call.addEventListener("press", ({ digit }) => window.said.push(`press ${digit}`));
          call.addEventListener("partychange", ({ party }) => window.said.push(`party ${party.id}`));
          call.addEventListener("track", ({ track }) => window.said.push(`track ${track.kind}`));
        });
        await client.connect();
      },
      [this.name, hub, `/@fs${voiceOf(this.name)}`, options, music && `/@fs${voiceOf(music)}`] as const,
    );
  }

  call(to: string): Promise<void> {
    return this.page.evaluate((to) => void window.client.call(to), to);
  }

  async accept(): Promise<void> {
    await this.page.waitForFunction(() => window.incoming && !window.incoming.ended);
    await this.page.evaluate(() => void window.incoming?.accept());
  }

  hangUp(): Promise<void> {
    return this.page.evaluate(() => window.call.hangUp());
  }

  /** Waits until the newest call is in this state. */
  async reaches(state: Call["state"], timeout = 30_000): Promise<void> {
    await this.page.waitForFunction((state) => window.call?.state === state, state, { timeout });
  }

  async says(what: string, timeout = 30_000): Promise<void> {
    await this.page
      .waitForFunction((what) => window.said.includes(what), what, { timeout })
      .catch(async (error: unknown) => {
        throw new Error(`${this.name} never said "${what}", but ${JSON.stringify(await this.said())}`, {
          cause: error,
        });
      });
  }

  said(): Promise<string[]> {
    return this.page.evaluate(() => window.said);
  }

  /** Records what the newest call plays, from now on: `heard` has it. */
  listen(): Promise<void> {
    return record(this.page);
  }

  heard(): Promise<Sound> {
    return recorded(this.page);
  }

  /** What the newest call plays, for so long. */
  async hears(ms = 3000): Promise<Sound> {
    await this.listen();
    await this.page.waitForTimeout(ms);
    return this.heard();
  }

  async close(): Promise<void> {
    await this.page.evaluate(() => window.client?.close()).catch(() => {});
    await this.page.evaluate(() => window.person?.context?.close()).catch(() => {});
    await this.context.close();
  }
}

/** Begins anew: the recorder of the test page records what `window.call` plays. */
async function record(page: Page): Promise<void> {
  const { startRecorder } = await import("../support/page.ts");
  await page.evaluate(() => {
    window.recorder?.node.disconnect();
    window.recorder?.node.port.close();
  });
  await startRecorder(page);
}

/** How much of what was heard is this person's voice: the middle one of its pieces of 400 ms that are not silent, −1 to 1. */
export function likeness(heard: Sound, name: Name): number {
  const rate = 8000;
  const samples = resample(heard, rate).samples;
  const said = resample(readWav(voiceOf(name)), rate).samples;
  const twice = new Float32Array(said.length * 2); // it begins again at the end
  twice.set(said);
  twice.set(said, said.length);
  const piece = 0.4 * rate;
  const found: number[] = [];
  for (let at = 0; at + piece <= samples.length; at += piece / 2) {
    const window = samples.subarray(at, at + piece);
    if (rms(window) >= 0.003) found.push(align(twice, window).correlation);
  }
  return found.toSorted((one, other) => one - other)[Math.floor(found.length / 2)] ?? 0;
}

const rms = (samples: Float32Array): number =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length));

const spoken = new Map<Name, Float32Array>();

export type Heard = Readonly<Record<Name, number>>;

/** How much of `voice`, at the rate of the parties, is in what was heard when several speak at once: see `presence`. */
export const share = (sound: Sound, voice: Float32Array): number =>
  Math.round(presence(atRate(sound), voice, { windows: 9, seconds: 0.8 }) * 100) / 100;

/** A share above this: they are heard. The one that is hardest to hear has about 0.35, who is not there less than 0.2. */
export const clear = 0.25;

/** How much of each of them is in what was heard; 0 for those who are not asked for. */
export function heardIn(sound: Sound, names: readonly Name[]): Heard {
  const shares = { alice: 0, bob: 0, carol: 0, dave: 0 };
  for (const name of names) {
    const voice = spoken.get(name) ?? atRate(readWav(voiceOf(name)));
    spoken.set(name, voice);
    shares[name] = share(sound, voice);
  }
  return shares;
}
