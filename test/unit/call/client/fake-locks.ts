import { TabLock, type TabLockOptions } from "../../../../lib/call/client/tab-lock.ts";

type Locks = NonNullable<TabLockOptions["locks"]>;
type Run = Parameters<Locks["request"]>[2];

/** Web Locks of one name, as the specification has them: granted in order, in a task of their own, held until the promise settles. */
export function site() {
  const queue: Run[] = [];
  let held = false;
  const grant = (): void => {
    const run = held ? undefined : queue.shift();
    if (!run) return;
    held = true;
    setImmediate(async () => {
      await run({});
      held = false;
      grant();
    });
  };
  const locks: Locks = {
    request: (_, { ifAvailable, signal }, run) =>
      new Promise((resolve, reject) => {
        if (ifAvailable && (held || queue.length > 0)) {
          setImmediate(() => resolve(run(null)));
          return;
        }
        const granted: Run = async (lock) => {
          const done = run(lock);
          resolve(done);
          await done;
        };
        signal?.addEventListener("abort", () => {
          const at = queue.indexOf(granted);
          if (at < 0) return; // it is granted already
          queue.splice(at, 1);
          reject(signal.reason);
        });
        queue.push(granted);
        grant();
      }),
  };
  const channels = new Set<{ onmessage: ((event: { data: unknown }) => void) | null }>();
  const channel = (): BroadcastChannel => {
    const own = {
      onmessage: null,
      postMessage: (data: unknown) => {
        for (const other of channels) if (other !== own) other.onmessage?.({ data });
      },
      close: () => void channels.delete(own),
    };
    channels.add(own);
    return own as never;
  };
  const tab = (asked = (): void => {}): TabLock => new TabLock("place", asked, { locks, channel });
  return { tab, locks, channels };
}

/** What was granted has arrived. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
