import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTicket, encodeTicket, rejectExpired, type Ticket, ticketSecrets } from '../../../src/kubeadm/ticket.ts';

const TICKET: Ticket = {
  cluster: 'lab',
  kubernetesVersion: 'v1.36.3',
  endpoint: 'api.lab.rkube.internal',
  port: 6443,
  controlPlanes: ['192.0.2.7', '192.0.2.8'],
  token: 'abcdef.0123456789abcdef',
  caCertHash: `sha256:${'ab'.repeat(32)}`,
  podSubnet: '10.244.0.0/16',
  serviceSubnet: '10.96.0.0/16',
  flannelPort: 8472,
  expires: '2026-11-21T06:00:00.000Z',
};
const BEFORE = new Date('2026-11-21T05:59:59.999Z');
const AT = new Date('2026-11-21T06:00:00.000Z');
const TEXT = encodeTicket(TICKET);

/** Id of the error that the text is refused with; 'read' when it is not. */
function refusal(text: string, now = BEFORE): string {
  try {
    rejectExpired(decodeTicket(text), now);
    return 'read';
  } catch (error) {
    return (error as { id: string }).id;
  }
}

const texts = fc.string({ unit: 'grapheme', maxLength: 40 });
const anyTicket: fc.Arbitrary<Ticket> = fc
  .record({
    cluster: texts,
    endpoint: texts,
    token: texts,
    controlPlanes: fc.array(fc.ipV4(), { maxLength: 5 }),
    port: fc.nat(65535),
  })
  .map((changes) => ({ ...TICKET, ...changes }));

describe('a ticket', () => {
  it('comes back as it was, whatever it says', () => {
    fc.assert(
      fc.property(anyTicket, (ticket) => {
        expect(decodeTicket(encodeTicket(ticket))).toEqual(ticket);
      }),
    );
  });

  it('keeps the certificate key of a control plane', () => {
    const ticket = { ...TICKET, certificateKey: 'c0ffee' };
    expect(decodeTicket(encodeTicket(ticket))).toEqual(ticket);
  });

  it('is one word that shells, mail and terminals leave alone', () => {
    fc.assert(
      fc.property(anyTicket, (ticket) => {
        expect(encodeTicket(ticket)).toMatch(/^rkube1\.[\w-]+\.[\w-]+$/);
      }),
    );
  });

  it.each([
    ['the line of join-command', (text: string) => `rkube join <<< ${text}\n`],
    ['lines around it', (text: string) => `Welcome!\n\n${text}\r\nbye\n`],
    ['quotes around it', (text: string) => `"${text}"`],
  ])('is found in %s', (_, around) => {
    expect(decodeTicket(around(TEXT))).toEqual(TICKET);
  });

  it('is refused with any one character changed', () => {
    for (let at = 'rkube1.'.length; at < TEXT.length; at += 1) {
      for (const other of TEXT[at] === 'A' ? 'B' : 'A') {
        expect(refusal(TEXT.slice(0, at) + other + TEXT.slice(at + 1)), `character ${at}`).toBe('ticket-damaged');
      }
    }
  });

  it('is refused with its mark changed', () => {
    for (let at = 0; at < 'rkube1.'.length; at += 1) {
      expect(refusal(`${TEXT.slice(0, at)}#${TEXT.slice(at + 1)}`), `character ${at}`).toMatch(
        /^ticket-(missing|damaged)$/,
      );
    }
  });

  it('is refused when any one character is lost', () => {
    for (let at = 0; at < TEXT.length; at += 1) {
      expect(refusal(TEXT.slice(0, at) + TEXT.slice(at + 1)), `character ${at}`).toMatch(/^ticket-(missing|damaged)$/);
    }
  });

  it('is refused cut off at every length', () => {
    for (let length = 0; length < TEXT.length; length += 1) {
      expect(refusal(TEXT.slice(0, length)), `${length} characters`).toMatch(/^ticket-(missing|damaged)$/);
    }
  });

  it.each(['', '   \n', 'hello', 'rkube2.abc.def'])('is missed in %j', (text) => {
    expect(refusal(text)).toBe('ticket-missing');
  });

  it('is good to the last millisecond and not beyond', () => {
    expect([refusal(TEXT, BEFORE), refusal(TEXT, AT)]).toEqual(['read', 'ticket-expired']);
  });

  it('is refused when its end cannot be read', () => {
    expect(refusal(encodeTicket({ ...TICKET, expires: 'soon' }))).toBe('ticket-expired');
  });

  it('tells when it expired and what this host takes for the time', () => {
    expect(() => rejectExpired(TICKET, new Date('2026-11-21T06:05:00Z'))).toThrow(
      /lab expired 5 min ago, at 2026-11-21T06:00.*clock says 2026-11-21T06:05/,
    );
  });

  it.each([
    ['damaged', `${TEXT.slice(0, -1)}#`, BEFORE],
    ['expired', TEXT, new Date('2027-01-01')],
  ])('that is %s is refused without its token', (_, text, now) => {
    expect(() => rejectExpired(decodeTicket(text), now)).toThrow(/^(?!.*abcdef\.0123)/s);
  });

  it('names its secrets', () => {
    expect(ticketSecrets(TICKET)).toEqual([TICKET.token]);
    expect(ticketSecrets({ ...TICKET, certificateKey: 'key' })).toEqual([TICKET.token, 'key']);
  });
});
