/** Messages between the page and its worklets, those of the bench's own recorder aside. */
export const messages = { fromWorklets: 0, toWorklets: 0 };

/** Before anything makes a node. */
export function countMessages(): void {
  const Native = globalThis.AudioWorkletNode;
  globalThis.AudioWorkletNode = class extends Native {
    constructor(context: BaseAudioContext, name: string, options?: AudioWorkletNodeOptions) {
      super(context, name, options);
      if (name === "bench-recorder") return;
      const { port } = this;
      port.addEventListener("message", () => messages.fromWorklets++);
      const post = port.postMessage.bind(port) as MessagePort["postMessage"];
      port.postMessage = (message: unknown, transfer?: StructuredSerializeOptions | Transferable[]) => {
        messages.toWorklets++;
        post(message, transfer as Transferable[]);
      };
    }
  };
}
