import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import ClosingLine from './reporter.ts';

/** One project per kind of test; `vitest --project unit` runs one of them. */
const project = (name: string, testTimeout: number, isolate = true) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, isolate },
});

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    reporters: [new ClosingLine()],
    passWithNoTests: false,
    // vitest leaves one processor idle; on two that is half of them.
    maxWorkers: 2,
    // Milliseconds: a test that takes longer hangs. Unit tests share no state, and are three times as fast unisolated.
    projects: [project('unit', 60_000, false), project('contract', 60_000), project('integration', 120_000)],
  },
});
