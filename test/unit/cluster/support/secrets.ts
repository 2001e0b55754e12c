import { generateKeyPairSync } from 'node:crypto';

const { privateKey } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** What must not leave a host: the line it stands in, and the part that is secret. */
export const SECRETS: readonly (readonly [line: string, secret: string])[] = [
  [privateKey, privateKey.split('\n')[1] ?? ''],
  [`    client-key-data: ${base64(privateKey)}`, base64(privateKey)],
  ['token: abcdef.0123456789abcdef', '0123456789abcdef'],
  ['rkube join <<< rkube1.eyJjbHVzdGVyIjoicmt1YmUifQ.9f3c', 'eyJjbHVzdGVyIjoicmt1YmUifQ'],
  [`certificateKey: ${'c0ffee'.padEnd(64, '3')}`, 'c0ffee'.padEnd(64, '3')],
  [`[upload-certs] Using certificate key:\n${'beef'.padEnd(64, '4')}`, 'beef'.padEnd(64, '4')],
  ['mounted eyJhbGciOiJSUzI1NiIsImtpZCI6In.eyJhdWQiOlsiaHR0cHMiXX0.c2lnbmF0dXJl', 'c2lnbmF0dXJl'],
  ['HTTPS_PROXY=http://alice:hunter2@proxy.example:3128', 'hunter2'],
  ['{"auths":{"registry.example":{"auth":"YWxpY2U6aHVudGVyMg=="}}}', 'YWxpY2U6aHVudGVyMg'],
  ['  password = "correct horse"', 'correct horse'],
  ['      DB_PASSWORD:  battery-staple', 'battery-staple'],
];

export const PLANTED = SECRETS.map(([line]) => line).join('\n');

/** The secrets that stand in the text. */
export const leaked = (text: string): string[] =>
  SECRETS.flatMap(([, secret]) => (text.includes(secret) ? [secret] : []));
