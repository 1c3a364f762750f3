import { CommandError } from "./command.ts";

/** Waits until a server of ours listens. Throws `CommandError` where somebody else does on this port. */
export async function readyOn(port: number, ready: Promise<void>): Promise<void> {
  try {
    await ready;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EADDRINUSE") throw error;
    throw new CommandError(`Port ${port} is taken. Choose another: --port ${port + 1}, or --port 0.`, { cause: error });
  }
}
