import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { babelforceV1, classicV1, encodeFrame, type Frame } from "../../../lib/protocol/index.ts";

const folder = new URL("../../vectors/rtvbp/", import.meta.url);
const files = readdirSync(folder).sort();
const read = (file: string): string => readFileSync(new URL(file, folder), "utf8");
const messages = files.filter((file) => !file.startsWith("envelope."));

/** Through the catalog: what a session does with a message, in both directions. */
function viaCatalog(file: string, frame: Frame): string {
  const name = file.replace(/\.(request|response|event)\..*$/, "");
  const { params, result } = babelforceV1.operations[name] ?? {};
  switch (frame.kind) {
    case "request":
      expect(frame.method).toBe(name);
      return classicV1.request(frame.id, frame.method, params?.encode(params.decode(frame.params, "params"), "params"));
    case "result":
      return classicV1.result(frame.response, result?.encode(result.decode(frame.result, "result"), "result"));
    case "event": {
      expect(frame.event).toBe(name);
      const data = babelforceV1.events[name]?.data;
      return classicV1.event(frame.id, frame.event, data?.encode(data.decode(frame.data, "data"), "data"));
    }
    case "error":
      return classicV1.error(frame.response, frame.error);
  }
}

describe("golden wire fixtures", () => {
  it("are all there", () => {
    expect(files).toHaveLength(52);
    expect(messages).toHaveLength(43);
  });

  it("cover every request, every response and every event of the catalog", () => {
    const methods = Object.keys(babelforceV1.operations);
    const events = Object.keys(babelforceV1.events);
    expect(methods).toHaveLength(10);
    expect(events).toHaveLength(9);
    const missing = [
      ...methods.flatMap((method) => [`${method}.request.json`, `${method}.response.json`]),
      ...events.map((event) => `${event}.event.json`),
    ].filter((file) => !messages.includes(file));
    expect(missing).toEqual([]);
  });

  it.each(messages)("%s reads and writes byte for byte through the catalog", (file) => {
    const text = read(file);
    expect(viaCatalog(file, classicV1.decode(text))).toBe(text);
  });

  it.each(files.filter((file) => file.startsWith("envelope.")))("%s reads and writes byte for byte", (file) => {
    const text = read(file);
    expect(encodeFrame(classicV1.decode(text))).toBe(text);
  });
});
