import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact } from '../../../src/core/redact.ts';

const BODY = 'MHcCAQEEIJx2Jv0aPzq1nNqv3Bq0m4a8w5rQe7uJ9kXbT2fLhYVdoAoGCCqGSM49';
const KEY = `-----BEGIN EC PRIVATE KEY-----\n${BODY}\n-----END EC PRIVATE KEY-----`;
const SSH = `-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU\n-----END OPENSSH PRIVATE KEY-----`;
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzeXN0ZW06c2EifQ.c2lnbmF0dXJl-x_y';
const HEX = 'c0ffee'.padEnd(64, '1');
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('redact takes out', () => {
  it.each([
    ['a private key', `before\n${KEY}\nafter`, BODY],
    ['a private key that is cut off', `-----BEGIN PRIVATE KEY-----\n${BODY}`, BODY],
    ["an account's ssh key", SSH, 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmU'],
    ['one line of a key', `read ${BODY}`, BODY],
    ['a key in a kubeconfig', `    client-key-data: ${base64(KEY)}`, base64(KEY)],
    ['a key in base64 anywhere', `x ${base64(KEY)} y`, base64(KEY)],
    ['a bootstrap token', 'using token abcdef.0123456789abcdef now', '0123456789abcdef'],
    ['a ticket', 'rkube join <<< rkube1.eyJhIjoiYiJ9.3fx', 'rkube1.'],
    ["an account's token", `token=${JWT}`, 'c2lnbmF0dXJl'],
    ['the same in a header', `Authorization: Bearer ${JWT}`, 'c2lnbmF0dXJl'],
    ['a login in a header', 'Authorization: Basic YWxpY2U6aHVudGVyMg==', 'YWxpY2U6aHVudGVyMg'],
    ['a certificate key', `--certificate-key ${HEX}`, HEX],
    ['a certificate key without a name', `[upload-certs] Using certificate key:\n${HEX}`, HEX],
    ['a password in a URL', 'HTTPS_PROXY=http://alice:hunter2@proxy:3128', 'hunter2'],
    ['one with an @', 'http://alice:hun@ter2@proxy:3128/', 'ter2'],
    ['a token in a URL', 'https://hunter2@registry.example/v2', 'hunter2'],
    ["a registry's login", '{"auths":{"r.example":{"auth":"YWxpY2U6aHVudGVyMg=="}}}', 'YWxpY2U6aHVudGVyMg'],
    ['a setting of YAML', 'password: hunter2', 'hunter2'],
    ['a quoted one', 'password: "hunter2 and more"', 'hunter2 and more'],
    ['one of several lines', 'a:\n  secret: |\n    hunter2\n    more\n  b: 1', 'hunter2'],
    ['a setting of JSON', '{"dbPassword":"hunter2","b":1}', 'hunter2'],
    ['JSON in JSON', String.raw`{"label":"{\"apiToken\":\"hunter2\"}"}`, 'hunter2'],
    ['a setting of TOML', 'password = "hunter2"', 'hunter2'],
    ['a variable', 'DB_PASSWORD=hunter2', 'hunter2'],
    ['a variable that kubectl describes', '      DB_PASSWORD:  hunter2', 'hunter2'],
    ['a variable of a manifest', '- name: DB_PASSWORD\n  value: hunter2', 'hunter2'],
    ['the same in JSON', '{"name":"DB_PASSWORD","value":"hunter2"}', 'hunter2'],
    ['a flag', 'exec prog --token hunter2 --x', 'hunter2'],
    ['a flag with =', '--oidc-client-secret=hunter2', 'hunter2'],
    ['a flag of a list', '["--token", "hunter2"]', 'hunter2'],
  ])('%s', (_, text, secret) => {
    expect(redact(text)).not.toContain(secret);
  });
});

describe('redact leaves', () => {
  it.each([
    ['a digest', `kindest/node@sha256:${HEX}`],
    ['the place of a key', '--service-account-private-key-file=/etc/kubernetes/pki/sa.key'],
    ['a mode', '--authorization-mode=Node,RBAC'],
    ['the name of a Secret', 'secretName: registry-login'],
    ['a path', '/sys/fs/cgroup/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice'],
    ['a URL', 'https://api.rkube.rkube.internal:6443/healthz?timeout=10s'],
    ['a line of the kubelet', 'E1121 10:00:01 5 kubelet.go:1] "cni plugin not initialized" node="host1"'],
    ['addresses', 'inet 10.99.0.11/24 brd 10.99.0.255 scope global eth0'],
  ])('%s', (_, text) => {
    expect(redact(text)).toBe(text);
  });

  it('JSON as JSON', () => {
    const text = JSON.stringify({ token: 'hunter2', label: JSON.stringify({ password: 'hunter2', b: 1 }), c: 'd' });
    expect(JSON.parse(redact(text))).toEqual({ token: '***', label: '{"password":"***","b":1}', c: 'd' });
  });

  it('what engines show of an id', () => {
    expect(redact(`container ${HEX} died`)).toBe('container c0ffee111111… died');
  });
});

it('takes time in proportion to the text', () => {
  const started = performance.now();
  for (const word of ['a', 'a-', 'token.', '://', '--']) redact(word.repeat(100_000));
  expect(performance.now() - started).toBeLessThan(5_000);
});

it('lets no key, token or ticket through, whatever stands around it', () => {
  const secret = fc.constantFrom(HEX, JWT, BODY, base64(KEY), 'abcdef.0123456789abcdef', 'rkube1.eyJhIjoiYiJ9.3fx');
  const around = fc.array(
    fc.constantFrom(' ', '\n', '"', "'", ',', ':', '=', 'token', '- ', 'x ', '{', '}', '<', '(', '@'),
  );
  fc.assert(
    fc.property(around, secret, around, (before, kept, after) => {
      expect(redact(`${before.join('')} ${kept} ${after.join('')}`)).not.toContain(kept);
    }),
  );
});
