import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { subjects } from '../../../src/cluster/move/control-plane.ts';
import { movedSettings } from '../../../src/cluster/move/settings.ts';
import type { Host } from '../../../src/host/types.ts';
import { testConfig } from '../node/config.ts';

const eth0 = (address: string, defaultRoute = true) => ({ interface: 'eth0', address, prefix: 24, defaultRoute });
const host = (...addresses: ReturnType<typeof eth0>[]): Host => ({ addresses: async () => addresses }) as never;
const CREATED = {
  node: 'one',
  address: '192.0.2.1',
  publish: ['192.0.2.1:80:80/tcp', '192.0.2.11:81:81/tcp', '0.0.0.0:82:82/udp'],
};

describe('settings of a node whose host moved', () => {
  const own = async (address = '') => ({ ...(await testConfig()), address });

  it('are as they were, as long as the host has that address', async () => {
    const there = host(eth0('192.0.2.7'), eth0('192.0.2.1', false));
    expect(await movedSettings(CREATED, await own(), there)).toEqual(CREATED);
  });

  it("have the host's present address, and so do ports published on the old one", async () => {
    expect(await movedSettings(CREATED, await own(), host(eth0('192.0.2.7')))).toEqual({
      ...CREATED,
      address: '192.0.2.7',
      publish: ['192.0.2.7:80:80/tcp', '192.0.2.11:81:81/tcp', '0.0.0.0:82:82/udp'],
    });
  });

  it('have the address that was named', async () => {
    const there = host(eth0('192.0.2.7'), eth0('192.0.2.8', false));
    expect(await movedSettings(CREATED, await own('192.0.2.8'), there)).toMatchObject({ address: '192.0.2.8' });
  });

  it('are refused where nobody can tell the address', async () => {
    const there = host(eth0('192.0.2.7', false), eth0('192.0.2.8', false));
    await expect(movedSettings(CREATED, await own(), there)).rejects.toMatchObject({ id: 'no-host-address' });
  });
});

describe('subjects of a certificate', () => {
  it('are its names and addresses', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rkube-cert-'));
    const names = 'subjectAltName=DNS:api.lab.rkube.internal,IP:192.0.2.1,IP:10.96.0.1';
    const make = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=x -keyout key -out cert';
    try {
      execFileSync('openssl', ['req', '-x509', ...make.split(' '), '-addext', names], { cwd: folder, stdio: 'ignore' });
      const pem = readFileSync(join(folder, 'cert'), 'utf8');
      expect(subjects(pem)).toEqual(['api.lab.rkube.internal', '192.0.2.1', '10.96.0.1']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
