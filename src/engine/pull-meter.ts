import * as z from 'zod/mini';
import type { Bytes } from '../core/reporter.ts';
import { tryJson } from './json.ts';

/** One line of `POST /images/create`, of Docker and of Podman's imitation. */
const Line = z.object({
  id: z.nullish(z.string()),
  status: z.nullish(z.string()),
  progressDetail: z.nullish(z.object({ current: z.nullish(z.number()), total: z.nullish(z.number()) })),
  error: z.nullish(z.string()),
  errorDetail: z.nullish(z.object({ message: z.nullish(z.string()) })),
});

/** Adds up what the layers of a pull tell. */
export class PullMeter {
  /** The engine's words when the pull failed. */
  error = '';
  readonly #onBytes: (bytes: Bytes) => void;
  readonly #layers = new Map<string, Bytes>();

  constructor(onBytes: (bytes: Bytes) => void) {
    this.#onBytes = onBytes;
  }

  /** Reads one line; what is no JSON tells nothing. */
  read(line: string): void {
    const told = Line.safeParse(tryJson(line));
    if (!told.success) return;
    const { id, status, progressDetail, error, errorDetail } = told.data;
    this.error ||= errorDetail?.message || error || '';
    if (!id || !status) return;
    const known = this.#layers.get(id);
    const total = progressDetail?.total ?? 0;
    if (status === 'Downloading' && total > 0) this.#layers.set(id, { done: progressDetail?.current ?? 0, total });
    else if (known && /^(Download|Pull) complete$/.test(status)) this.#layers.set(id, { ...known, done: known.total });
    else return;
    this.#onBytes(this.#sum());
  }

  #sum(): Bytes {
    const layers = [...this.#layers.values()];
    const sum = (key: keyof Bytes): number => layers.reduce((bytes, layer) => bytes + layer[key], 0);
    return { done: sum('done'), total: sum('total') };
  }
}
