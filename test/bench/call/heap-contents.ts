import type { CDPSession } from "playwright";

/** What V8 keeps of functions that it has compiled, and nothing else, by the names of its heap snapshots. */
const machineCode: ReadonlySet<string> = new Set(
  [
    "Code",
    "CodeWrapper",
    "InstructionStream",
    "ProtectedFixedArray",
    "SharedFunctionInfoWrapper",
    "TrustedByteArray",
    "TrustedWeakFixedArray",
  ].map((name) => `system / ${name}`),
);

/** The part of a V8 heap snapshot that is read here: nodes lie in `nodes` one after the other, each with as many numbers as it has fields. */
interface Snapshot {
  readonly snapshot: {
    readonly meta: { readonly node_fields: readonly string[]; readonly node_types: readonly [readonly string[]] };
  };
  readonly nodes: readonly number[];
  readonly strings: readonly string[];
}

/** Bytes of what is alive in the JavaScript heap of a page, machine code aside. Of the browser's own objects only the wrappers count. */
export async function liveObjectBytes(cdp: CDPSession): Promise<number> {
  const chunks: string[] = [];
  const collect = ({ chunk }: { readonly chunk: string }): void => void chunks.push(chunk);
  cdp.on("HeapProfiler.addHeapSnapshotChunk", collect);
  await cdp.send("HeapProfiler.takeHeapSnapshot");
  cdp.off("HeapProfiler.addHeapSnapshotChunk", collect);
  const { snapshot, nodes, strings } = JSON.parse(chunks.join("")) as Snapshot;
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, name, size] = ["type", "name", "self_size"].map((field) => fields.indexOf(field)) as [
    number,
    number,
    number,
  ];
  let bytes = 0;
  for (let node = 0; node < nodes.length; node += fields.length) {
    const called = strings[nodes[node + name]!]!;
    const ofBrowser = types[0][nodes[node + type]!] === "native" && !called.startsWith("system / ");
    if (!ofBrowser && !machineCode.has(called)) bytes += nodes[node + size]!;
  }
  return bytes;
}
