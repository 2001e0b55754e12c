import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { caCertHash } from '../../../src/kubeadm/verbs.ts';

/** A CA made by openssl, and the hash of its public key as kubeadm's documentation says to calculate it. */
function opensslCa(key: readonly string[]): { pem: string; hash: string } {
  const folder = mkdtempSync(join(tmpdir(), 'rkube-ca-'));
  try {
    const options = { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] as ('ignore' | 'pipe')[] };
    execFileSync(
      'openssl',
      ['req', '-x509', ...key, '-nodes', '-keyout', 'key', '-out', 'ca.crt', '-subj', '/CN=kubernetes'],
      options,
    );
    const publicKey = execFileSync('openssl', ['x509', '-in', 'ca.crt', '-noout', '-pubkey'], options);
    const der = execFileSync('openssl', ['pkey', '-pubin', '-outform', 'der'], { input: publicKey });
    return {
      pem: readFileSync(join(folder, 'ca.crt'), 'utf8'),
      hash: `sha256:${createHash('sha256').update(der).digest('hex')}`,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('the hash of a CA', () => {
  it.for([
    ['RSA', ['-newkey', 'rsa:2048']],
    ['ECDSA', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']],
  ] as const)('is what openssl calculates, for %s', ([, key], { skip }) => {
    skip(!hasOpenssl(), 'openssl is not installed');
    const { pem, hash } = opensslCa(key);
    expect(caCertHash(pem)).toBe(hash);
  });
});
