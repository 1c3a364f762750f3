import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { elementsOf, type Manifest, makeManifest, webTypes } from "../../../lib/manifest.mjs";
import { typings } from "../../../lib/typings.mjs";

const ui = resolve(import.meta.dirname, "../../../lib/ui");
const tags = readdirSync(ui, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name.startsWith("voice-"))
  .map(({ name }) => name)
  .sort();
const classOf = (tag: string) => tag.replace(/(^|-)(\w)/g, (_, _dash, letter: string) => letter.toUpperCase());
let manifest: Manifest;

beforeAll(() => {
  manifest = makeManifest(resolve(ui, "../.."));
});

test("every folder of an element is one in the manifest, described, and under the name of its entry", () => {
  const elements = elementsOf(manifest);
  expect(elements.map(({ tagName }) => tagName)).toEqual(tags);
  expect(elements.map(({ name }) => name)).toEqual(tags.map(classOf));
  for (const { tagName, description } of elements) expect(description, tagName).toMatch(/\w\./);
});

test("editors that read web-types know every element, with attributes, properties, events, slots and parts", () => {
  const { elements } = webTypes(manifest, { name: "voicebridge", version: "1.0.0" }).contributions.html;
  expect(elements.map(({ name }) => name)).toEqual(tags);
  const incoming = elements.find(({ name }) => name === "voice-incoming");
  expect(incoming).toMatchObject({
    attributes: expect.arrayContaining([expect.objectContaining({ name: "no-ringtone" })]),
    js: {
      properties: expect.arrayContaining([expect.objectContaining({ name: "client" })]),
      events: expect.arrayContaining([expect.objectContaining({ name: "voice-accepted" })]),
    },
    css: { parts: expect.arrayContaining([expect.objectContaining({ name: "dialog" })]) },
  });
});

test("JSX, templates of Vue and components of React are declared for every element", () => {
  const { jsx = "", vue = "", react = "" } = typings(manifest);
  for (const tag of tags) {
    const name = classOf(tag);
    expect(jsx).toContain(`"${tag}": HtmlProps<${name}> & Voice.${name}Props;`);
    expect(vue).toContain(`"${tag}": new () => ${name} & { $props: HTMLAttributes & Voice.${name}Props };`);
    expect(react).toContain(`export declare const ${name}: Component<${name}Element, ${name}Props>;`);
  }
});

test("the DOM knows the class of every tag", () => {
  for (const tag of tags)
    expect(readFileSync(join(ui, tag, `${tag}.ts`), "utf8")).toContain(`"${tag}": ${classOf(tag)};`);
});
