import { describe, expect, it } from 'vitest';
import { type Ailment, Repair } from '../../../src/agent/repair.ts';
import type { SeenNode } from '../../../src/agent/seen.ts';
import { NODE } from './fakes.ts';

const node = (): SeenNode => ({ ...NODE, running: {} as NonNullable<SeenNode['running']> });
const stopped: SeenNode = { ...NODE, runs: false };
const LISTED = { engines: ['podman'], nodes: [node()] };
const ENDED = { engines: ['podman'], nodes: [stopped] };

/** A repair whose mending ends so, one after the other (`hangs`: not before it must), with seconds that pass as the test says. */
function repairing(...endings: (string | undefined | Error)[]) {
  let seconds = 0;
  const mended: number[] = [];
  const said: string[] = [];
  const say = (name: string, words: string): void => void said.push(`${name}: ${words}`);
  const repair = new Repair({
    journal: { info: say, warn: say },
    changed: () => {},
    now: () => seconds * 1000,
    mend: async (_patient, _ailment, signal) => {
      mended.push(seconds);
      const ending = endings.shift();
      if (ending === 'hangs')
        await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('ended'))));
      if (ending instanceof Error) throw ending;
      return ending;
    },
  });
  /** A look every second, for so long. */
  const pass = async (many: number, ailment: Ailment | undefined): Promise<void> => {
    for (let second = 0; second < many; second++) {
      seconds++;
      repair.check(({ runs }) => (runs ? ailment : 'ended'));
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    }
  };
  return { repair, mended, said, pass };
}

describe('Repair', () => {
  it('leaves alone what is well', async () => {
    const { repair, mended, pass } = repairing();
    repair.take(LISTED);
    await pass(1000, undefined);
    expect(mended).toEqual([]);
  });

  it.each([
    ['halted', 15],
    ['severed', 30],
    ['moved', 10],
    ['behind', 45],
  ] as const)('mends a node that is %s when it has been so for %d s', async (ailment, grace) => {
    const { repair, mended, said, pass } = repairing('started again');
    repair.take(LISTED);
    await pass(grace, ailment);
    expect(mended).toEqual([]);
    await pass(1, ailment);
    expect(mended).toEqual([grace + 1]);
    expect(said).toEqual(['lab/host1: started again']);
  });

  it.each([
    ['has ended', ENDED],
    ['is gone from its engine', { engines: ['podman'], nodes: [] }],
  ])('mends a node that %s', async (_, look) => {
    const { repair, mended, pass } = repairing('started again');
    repair.take(LISTED);
    repair.take(look);
    await pass(16, undefined);
    expect(mended).toEqual([16]);
  });

  it('takes a node that it has mended for one that runs, until a look shows it', async () => {
    const { repair, mended, pass } = repairing('started again', 'started again');
    repair.take(ENDED);
    await pass(300, undefined);
    expect(mended).toHaveLength(1);
    repair.take(ENDED);
    await pass(16, undefined);
    expect(mended).toHaveLength(2);
  });

  it('knows nothing of a node whose engine does not answer', async () => {
    const { repair, mended, pass } = repairing();
    repair.take(LISTED);
    repair.take({ engines: ['docker'], nodes: [] });
    await pass(100, undefined);
    expect(mended).toEqual([]);
  });

  it('begins to count anew when the node was well in between', async () => {
    const { repair, mended, pass } = repairing();
    repair.take(LISTED);
    await pass(12, 'halted');
    await pass(1, undefined);
    await pass(12, 'halted');
    expect(mended).toEqual([]);
  });

  it('tries again after pauses that double up to five minutes, and tells the same reason once', async () => {
    const { repair, mended, said, pass } = repairing(...Array.from({ length: 20 }, () => new Error('no engine')));
    repair.take(ENDED);
    await pass(1500, undefined);
    const pauses = mended.map((at, index) => at - (mended[index - 1] ?? at)).slice(1);
    expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
    expect(said).toEqual(['lab/host1: cannot be brought back yet: no engine']);
  });

  it('leaves alone for good what the user took down, until it has run again', async () => {
    const { repair, mended, pass } = repairing(undefined, 'started again');
    repair.take(ENDED);
    await pass(1000, undefined);
    repair.take(ENDED);
    await pass(1000, undefined);
    expect(mended).toHaveLength(1);
    repair.take(LISTED);
    repair.take(ENDED);
    await pass(16, undefined);
    expect(mended).toHaveLength(2);
  });

  it("gives way to the user's rkube, and leaves the node to it for a minute", async () => {
    const { repair, mended, said, pass } = repairing('hangs', 'started again');
    repair.take(LISTED);
    expect(await repair.giveWay('rkube-lab-host1')).toBe(false);
    await pass(16, 'halted');
    expect(await repair.giveWay('rkube-lab-host1')).toBe(true);
    await pass(59, 'halted');
    expect([mended, said]).toEqual([[16], []]);
    await pass(1, 'halted');
    expect(mended).toEqual([16, 76]);
  });
});
