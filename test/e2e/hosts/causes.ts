import { eventually, on } from '../lab.ts';

interface Cause {
  readonly id: string;
  readonly evidence: string;
}

/** What `rkube status` says is the most likely cause, once it says this one. */
export async function suspected(who: string, id: string, seconds: number): Promise<Cause | undefined> {
  const causes = async (): Promise<readonly Cause[]> => {
    const { stdout } = await on(who, 'rkube status --json', { seconds: 60 });
    return (JSON.parse(stdout) as { causes?: readonly Cause[] }).causes ?? [];
  };
  const [first] = await eventually(`status names ${id}`, seconds, causes, ([found]) => found?.id === id);
  return first;
}
