import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import ClosingLine from '../reporter.ts';

// The lab: real hosts, real engines, real kubeadm. Files run one after the other, in the order of their names;
// within a file each test goes on where the one before ended.
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    name: 'e2e',
    include: ['test/e2e/*.test.ts'],
    reporters: [new ClosingLine()],
    fileParallelism: false,
    sequence: { concurrent: false },
    // Milliseconds. Guests are slow and share two processors; whoever is slower than this hangs.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    bail: 0,
  },
});
