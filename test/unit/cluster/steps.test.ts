import { describe, expect, it } from 'vitest';
import { Steps } from '../../../src/cluster/steps.ts';
import { RkubeError } from '../../../src/core/errors.ts';
import { Lifetime } from '../../../src/core/lifetime.ts';
import type { ProgressEvent } from '../../../src/core/reporter.ts';

/** Steps that note what happens, and a way to interrupt them. */
function workshop(options: { retain?: boolean; dryRun?: boolean } = {}) {
  const controller = new AbortController();
  const lifetime = new Lifetime(controller.signal);
  const events: ProgressEvent[] = [];
  const done: string[] = [];
  const steps = new Steps(
    { lifetime, reporter: { event: (event) => void events.push(event) }, dryRun: options.dryRun ?? false },
    options,
  );
  return {
    steps,
    lifetime,
    done,
    events,
    shown: () => events.map(({ state, msg }) => `${state} ${msg}`),
    interrupt: () => controller.abort(),
    note: (what: string) => async () => void done.push(what),
  };
}

const fail = async (): Promise<never> => {
  throw new Error('broken');
};

describe('steps', () => {
  it('run in order, hand their values on, and show what they do with its time', async () => {
    const { steps, shown, events, note, done } = workshop();
    expect(await steps.step('One', async () => 1)).toBe(1);
    await steps.step('Two', note('two'));
    steps.skip('Three');
    expect(shown()).toEqual(['start One', 'ok One', 'start Two', 'ok Two', 'skip Three']);
    expect([done, events[1]?.seconds]).toEqual([['two'], expect.any(Number)]);
  });

  it('hand on the error of a step that fails', async () => {
    const { steps, shown } = workshop();
    await expect(steps.step('One', fail)).rejects.toThrow('broken');
    expect(shown()).toEqual(['start One', 'fail One']);
  });
});

describe('a failure', () => {
  it('takes back what was begun, newest first, and keeps its own error', async () => {
    const { steps, note, done, shown } = workshop();
    const work = steps.guard(async () => {
      steps.undo('Undo one', note('one'));
      steps.undo('Undo two', note('two'));
      await steps.step('Work', fail);
    });
    await expect(work).rejects.toThrow('broken');
    expect(done).toEqual(['two', 'one']);
    expect(shown().slice(-4)).toEqual(['start Undo two', 'ok Undo two', 'start Undo one', 'ok Undo one']);
  });

  it('keeps what was committed', async () => {
    const { steps, note, done } = workshop();
    const work = steps.guard(async () => {
      steps.undo('Undo one', note('one'));
      steps.commit();
      steps.undo('Undo two', note('two'));
      await fail();
    });
    await expect(work).rejects.toThrow('broken');
    expect(done).toEqual(['two']);
  });

  it('keeps everything with retain, and says so', async () => {
    const { steps, note, done, shown } = workshop({ retain: true });
    const work = steps.guard(async () => {
      steps.undo('Undo one', note('one'));
      await fail();
    });
    await expect(work).rejects.toThrow('broken');
    expect([done, shown()]).toEqual([[], [expect.stringMatching(/^warn .*--retain/)]]);
  });

  it('changes nothing in a dry run', async () => {
    const { steps, note, done } = workshop({ dryRun: true });
    const work = steps.guard(async () => {
      steps.undo('Undo one', note('one'));
      await fail();
    });
    await expect(work).rejects.toThrow('broken');
    expect(done).toEqual([]);
  });

  it('of an undo is reported, and does not stop the others', async () => {
    const { steps, note, done, shown } = workshop();
    const work = steps.guard(async () => {
      steps.undo('Undo one', note('one'));
      steps.undo('Undo two', async () => {
        throw new Error('stuck');
      });
      await steps.step('Work', fail);
    });
    await expect(work).rejects.toThrow('broken');
    expect(done).toEqual(['one']);
    expect(shown()).toContain('fail Undo two: stuck; the next run repairs it');
  });

  it('does nothing where all went well', async () => {
    const { steps, note, done } = workshop();
    expect(
      await steps.guard(async () => {
        steps.undo('Undo one', note('one'));
        return 7;
      }),
    ).toBe(7);
    expect(done).toEqual([]);
  });
});

describe('the explanation of a failure', () => {
  const late = new RkubeError({ id: 'timeout', message: 'Waited 5 s', details: ['seen'], next: 'wait', exitCode: 7 });

  it('becomes details of the error that is thrown anyway, before anything is taken back', async () => {
    const { steps, note, done } = workshop();
    const work = steps.guard(async () => {
      steps.undo('Undo', note('undo'));
      steps.explain(async ({ message }) => {
        done.push(`explain ${message}`);
        return ['the disk is full'];
      });
      await steps.step('Work', () => Promise.reject(late));
    });
    const parts = {
      id: 'timeout',
      message: 'Waited 5 s',
      next: 'wait',
      exitCode: 7,
      details: ['seen', 'the disk is full'],
    };
    await expect(work).rejects.toMatchObject(parts);
    expect(done).toEqual(['explain Waited 5 s', 'undo']);
  });

  it('leaves the error as it is when nothing is known', async () => {
    const { steps } = workshop();
    steps.explain(async () => []);
    await expect(steps.step('Work', () => Promise.reject(late))).rejects.toBe(late);
  });

  it.each([
    ['an error that names its cause', new RkubeError({ id: 'not-ours', message: 'x' })],
    ['a defect', new TypeError('x')],
  ])('is not asked for %s', async (_, error) => {
    const { steps } = workshop();
    steps.explain(async () => ['never']);
    await expect(steps.step('Work', () => Promise.reject(error))).rejects.toBe(error);
  });

  it('is not waited for after an interrupt', async () => {
    const { steps, interrupt, note, done } = workshop();
    steps.explain(async () => {
      await note('explained')();
      return [];
    });
    const work = steps.step('Work', () => {
      interrupt();
      return Promise.reject(late);
    });
    await expect(work).rejects.toMatchObject({ exitCode: 130 });
    expect(done).toEqual([]);
  });
});

describe('an interrupt', () => {
  const during = async (retain = false) => {
    const shop = workshop({ retain });
    const error = await shop.steps
      .guard(async () => {
        shop.steps.undo('Undo one', shop.note('one'));
        await shop.steps.step('Work', async () => shop.interrupt());
        await shop.steps.step('Never', shop.note('never'));
      })
      .catch((reason: unknown) => reason);
    return { ...shop, error: error as RkubeError };
  };

  it('ends with 130 and names the step, whatever the step made of it', async () => {
    const { error } = await during();
    expect(error).toBeInstanceOf(RkubeError);
    expect([error.exitCode, error.message]).toEqual([130, 'Interrupted during: Work']);
  });

  it('takes back what was begun, and starts nothing more', async () => {
    expect((await during()).done).toEqual(['one']);
  });

  it('gives the clean-up a fresh signal, so that its commands run at all', async () => {
    const { steps, lifetime, interrupt } = workshop();
    let alive = false;
    const work = steps.guard(async () => {
      steps.undo('Undo', async () => void (alive = !lifetime.signal.aborted));
      interrupt();
      await steps.step('Work', fail);
    });
    await expect(work).rejects.toThrow(/Interrupted/);
    expect(alive).toBe(true);
  });

  it('turns the error of the interrupted step into an interrupt', async () => {
    const { steps, interrupt } = workshop();
    const work = steps.step('Work', async () => {
      interrupt();
      throw new Error('podman ended with exit code 143');
    });
    await expect(work).rejects.toMatchObject({ exitCode: 130 });
  });

  it('leaves no handler of signals behind', async () => {
    const before = process.listenerCount('SIGINT');
    await during();
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
