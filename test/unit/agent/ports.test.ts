import { afterEach, describe, expect, it } from 'vitest';
import { type Outcome, Ports } from '../../../src/agent/ports.ts';
import type { HostPort } from '../../../src/agent/types.ts';
import type { Claim } from '../../../src/agent/wanted.ts';
import { FakeForwarder, until } from './fakes.ts';

const port = (number: number, over: Partial<HostPort> = {}): HostPort => ({
  protocol: 'tcp',
  address: '192.0.2.7',
  port: number,
  target: { address: '192.0.2.7', port: number },
  sources: [],
  ...over,
});
const claim = (is: HostPort): Claim => ({ owner: { kind: 'service', name: 'default/web', uid: 'u' }, port: is });

const stop: AbortController[] = [];
afterEach(() => stop.splice(0).forEach((each) => each.abort()));

function make() {
  const forwarder = new FakeForwarder();
  const outcomes: Outcome[] = [];
  const controller = new AbortController();
  stop.push(controller);
  const ports = new Ports(forwarder, (outcome) => outcomes.push(outcome), controller.signal);
  const open = (): number[] => [...forwarder.ports.values()].map((each) => each.port).toSorted((a, b) => a - b);
  return { forwarder, outcomes, ports, open };
}

describe('Ports', () => {
  it('opens what is wanted and closes what is not, and leaves what is right alone', async () => {
    const { forwarder, ports, open } = make();
    await forwarder.open(port(1));
    await forwarder.open(port(2));
    forwarder.log.length = 0;
    ports.want([claim(port(2)), claim(port(3))], true);
    await ports.settle();
    expect(open()).toEqual([2, 3]);
    expect(forwarder.log).toEqual([expect.stringMatching(/^close .*1\b/), expect.stringMatching(/^open .*3\b/)]);
  });

  it('closes nothing as long as it is not known what is wanted', async () => {
    const { forwarder, ports, open } = make();
    await forwarder.open(port(1));
    ports.want([claim(port(2))], false);
    await ports.settle();
    expect(open()).toEqual([1, 2]);
  });

  it.each<[string, Partial<HostPort>]>([
    ['leads elsewhere', { target: { address: '192.0.2.7', port: 9 } }],
    ['serves others', { sources: ['10.0.0.0/8'] }],
  ])('opens anew what %s', async (_, over) => {
    const { forwarder, ports } = make();
    await forwarder.open(port(1));
    ports.want([claim(port(1, over))], true);
    await ports.settle();
    expect([...forwarder.ports.values()]).toEqual([port(1, over)]);
  });

  it('tells of a port that is taken, tries again, and opens it when it is free', async () => {
    const { forwarder, ports, outcomes, open } = make();
    forwarder.taken.add(1);
    ports.want([claim(port(1)), claim(port(2))], true);
    await ports.settle();
    expect(open()).toEqual([2]);
    expect([...ports.failures.values()]).toMatchObject([{ id: 'port-taken', message: 'Port 1 is held', tries: 1 }]);
    forwarder.taken.clear();
    await until(() =>
      outcomes.some(({ what, ...rest }) => what === 'opened' && 'claim' in rest && rest.claim.port.port === 1),
    );
    expect(ports.failures.size).toBe(0);
  });

  it('does not try again what failed before its time has come', async () => {
    const { forwarder, ports } = make();
    forwarder.taken.add(1);
    ports.want([claim(port(1))], true);
    await ports.settle();
    await ports.settle();
    await ports.settle();
    expect(forwarder.log).toHaveLength(1);
  });

  it('opens what has gone by itself', async () => {
    const { forwarder, ports, open } = make();
    ports.want([claim(port(1))], true);
    await ports.settle();
    forwarder.ports.clear();
    await ports.settle();
    expect(open()).toEqual([1]);
  });

  it('gets over a forwarder that does not answer for a while', async () => {
    const { forwarder, ports, outcomes, open } = make();
    forwarder.broken = true;
    ports.want([claim(port(1))], true);
    await ports.settle();
    expect(outcomes).toEqual([{ what: 'broken', message: 'no answer' }]);
    forwarder.broken = false;
    await until(() => open().length === 1);
  });

  it('follows what is wanted while it works', async () => {
    const { ports, open } = make();
    for (let count = 1; count <= 50; count++) {
      ports.want(
        Array.from({ length: count }, (_, index) => claim(port(1000 + index))),
        true,
      );
      if (count % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 7));
    }
    ports.want([claim(port(7))], true);
    await ports.settle();
    expect(open()).toEqual([7]);
  });

  it('closes all at the end', async () => {
    const { forwarder, ports } = make();
    ports.want([claim(port(1)), claim(port(2))], true);
    await ports.settle();
    await ports.closeAll();
    expect(forwarder.ports.size).toBe(0);
  });
});
