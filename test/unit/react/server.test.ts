import { resolve } from "node:path";
import { createElement, type FC } from "react";
import { renderToString } from "react-dom/server";
import { expect, test } from "vitest";
import { elementsOf, makeManifest } from "../../../lib/manifest.mjs";
import * as components from "../../../lib/react/index.ts";
import { eventOf } from "../../../lib/react/listeners.ts";

const { VoiceCall, VoiceLevel } = components;

test("every published element has a component of the same name", () => {
  const published = elementsOf(makeManifest(resolve(import.meta.dirname, "../../..")));
  expect(Object.keys(components).sort()).toEqual(published.map(({ name }) => name).sort());
  const rendered = Object.values(components).map((component) => renderToString(createElement(component as FC)));
  expect(rendered.sort()).toEqual(published.map(({ tagName }) => `<${tagName}></${tagName}>`).sort());
});

test("on a server, properties are rendered as attributes, and children go into the slots", () => {
  const props = { src: "/agent", noKeypad: true, noDevices: false, workletUrl: "/worklet.js", className: "call" };
  const hint = createElement("p", { slot: "permission" }, "We need your microphone.");
  expect(renderToString(createElement(VoiceCall, props, hint))).toBe(
    '<voice-call src="/agent" no-keypad="" worklet-url="/worklet.js" class="call"><p slot="permission">We need your microphone.</p></voice-call>',
  );
  expect(renderToString(createElement(VoiceLevel, { for: "call", source: "output" }))).toBe(
    '<voice-level for="call" source="output"></voice-level>',
  );
});

test("what has no attribute, and handlers, are not rendered on a server", () => {
  const props = { options: { from: "page" }, createCall: () => undefined, onVoiceEnded: () => undefined };
  expect(renderToString(createElement(VoiceCall, props))).toBe("<voice-call></voice-call>");
});

test("a handler is named after its event", () => {
  expect(eventOf("onVoiceCallRequest")).toBe("voice-call-request");
  expect(eventOf("onVoiceEnded")).toBe("voice-ended");
  expect(eventOf("onClick")).toBeUndefined();
  expect(eventOf("onvoice-ended")).toBeUndefined();
});
