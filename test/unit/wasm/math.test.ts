import { expect, test } from "vitest";
import { compileEntry } from "./compile.ts";

test("sinPi and cosPi agree with Math to 1e-11, also far from zero, and are exact at integers", async () => {
  const { sinPi, cosPi } = (await compileEntry("math")).exports as Record<string, (x: number) => number>;
  for (let x = -3; x <= 3; x += 0.00037) {
    expect(Math.abs(sinPi!(x) - Math.sin(Math.PI * x))).toBeLessThan(1e-11);
    expect(Math.abs(cosPi!(x) - Math.cos(Math.PI * x))).toBeLessThan(1e-11);
  }
  for (let x = 0; x < 2; x += 0.01) expect(Math.abs(sinPi!(x + 1e6) - sinPi!(x))).toBeLessThan(1e-9);
  for (const x of [-7, -1, 0, 1, 2, 40, 1e9]) expect(Math.abs(sinPi!(x))).toBe(0);
});
