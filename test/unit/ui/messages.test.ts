import { describe, expect, it } from "vitest";
import { de } from "../../../lib/ui/messages/de.ts";
import { en } from "../../../lib/ui/messages/en.ts";
import { es } from "../../../lib/ui/messages/es.ts";
import { incomingBook } from "../../../lib/ui/messages/incoming-book.ts";
import {
  fill,
  mergeMessages,
  messagesFor,
  messagesReady,
  registerMessages,
} from "../../../lib/ui/messages/messages.ts";
import { panelBook } from "../../../lib/ui/messages/panel-book.ts";
import { panels as panelsDe } from "../../../lib/ui/messages/panels-de.ts";
import { panels as panelsEn } from "../../../lib/ui/messages/panels-en.ts";
import { panels as panelsEs } from "../../../lib/ui/messages/panels-es.ts";
import { replayBook } from "../../../lib/ui/messages/replay-book.ts";

const placeholders = (text: unknown) => [...String(text).matchAll(/\{\w+\}/g)].map(String).sort();

describe("the message table", () => {
  for (const [name, table] of Object.entries({ de, es })) {
    it(`says everything in ${name}, with the placeholders of English`, () => {
      expect(Object.keys(table).sort()).toEqual(Object.keys(en).sort());
      for (const key of Object.keys(en) as (keyof typeof en)[]) {
        expect(placeholders(table[key]), key).toEqual(placeholders(en[key]));
        if (key !== "problems" && key !== "fixes" && key !== "agent") expect(table[key], key).not.toBe(en[key]);
      }
    });
  }

  it("names every action that fixes a problem in every language, each in its own words", () => {
    for (const table of [de, es]) {
      expect(Object.keys(table.fixes).sort()).toEqual(Object.keys(en.fixes).sort());
      for (const code of Object.keys(en.fixes)) {
        expect(table.fixes[code]).not.toBe(en.fixes[code]);
        expect(Object.keys(table.problems)).toContain(code);
      }
    }
  });

  it("says everything of the panels in every language", () => {
    for (const table of [panelsDe, panelsEs]) {
      expect(Object.keys(table)).toEqual(Object.keys(panelsEn));
      for (const key of Object.keys(panelsEn) as (keyof typeof panelsEn)[]) {
        expect(placeholders(table[key]), key).toEqual(placeholders(panelsEn[key]));
        expect(table[key].length, key).toBeGreaterThan(0);
      }
    }
  });

  for (const [name, book] of Object.entries({ "calls that ring": incomingBook, "records of calls": replayBook })) {
    it(`says everything of ${name} in every language, with the placeholders of English`, async () => {
      const english: Readonly<Record<string, string>> = { ...book.find("en") };
      for (const language of ["de", "es"]) {
        await book.load(language);
        const table: Readonly<Record<string, string>> = { ...book.find(language) };
        expect(Object.keys(table)).toEqual(Object.keys(english));
        for (const key of Object.keys(english)) {
          expect(placeholders(table[key]), key).toEqual(placeholders(english[key]));
          expect(table[key], key).not.toBe(english[key]);
        }
      }
    });
  }

  it("is English until another language is loaded, once for all who ask", async () => {
    expect(messagesReady("en")).toBeUndefined();
    expect(messagesReady("fi-FI")).toBeUndefined();
    expect(messagesFor("de")).toBe(en);
    const loading = messagesReady("de");
    expect(messagesReady("de-AT")).toBe(loading);
    await Promise.all([loading, messagesReady("es")]);
    expect(messagesReady("de")).toBeUndefined();
    await panelBook.load("de");
    expect(panelBook.find("de-CH")).toBe(panelsDe);
  });

  it("translates the same problems into every language, each with something to do", () => {
    expect(Object.keys(de.problems).sort()).toEqual(Object.keys(es.problems).sort());
    for (const [message, action] of [...Object.values(de.problems), ...Object.values(es.problems)]) {
      expect(message.length).toBeGreaterThan(10);
      expect(action.length).toBeGreaterThan(5);
    }
  });

  it("finds a language by its exact tag, then by its first part, then falls back to English", () => {
    expect(messagesFor("de")).toBe(de);
    expect(messagesFor("de-AT")).toBe(de);
    expect(messagesFor("ES-mx")).toBe(es);
    expect(messagesFor("fi")).toBe(en);
    expect(messagesFor("")).toBe(en);
  });

  it("lets a page add a language and change single words of it", () => {
    registerMessages("nl", {
      hangUp: "Ophangen",
      problems: { "media-no-device": ["Geen microfoon.", "Sluit er een aan."] },
    });
    registerMessages("nl", { mute: "Dempen" });
    const nl = messagesFor("nl-BE");
    expect([nl.hangUp, nl.mute, nl.keypad]).toEqual(["Ophangen", "Dempen", en.keypad]);
    expect(nl.problems["media-no-device"]).toEqual(["Geen microfoon.", "Sluit er een aan."]);
    expect(messagesFor("en")).toBe(en);
    registerMessages("nl", { microphone: "Microfoon" });
    expect(panelBook.find("nl").microphone).toBe("Microfoon");
  });

  it("merges problems by code", () => {
    const merged = mergeMessages(de, { problems: { "x-y": ["a", "b"] } });
    expect(Object.keys(merged.problems)).toHaveLength(Object.keys(de.problems).length + 1);
    expect(mergeMessages(de, undefined)).toBe(de);
  });

  it("fills in values and leaves unknown placeholders alone", () => {
    expect(fill("Reason: {reason}", { reason: "{x} $1" })).toBe("Reason: {x} $1");
    expect(fill("{a} {b}", { a: "1" })).toBe("1 {b}");
  });
});
