/** Certificates of one control plane: an authority that lives as long as it does, and what it signs. */
import { generate } from "selfsigned";
import { LOOPBACK } from "./ports.js";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Elliptic curves: an RSA key takes a second to generate. Valid from yesterday: clocks may be corrected. */
const KIND = { keyType: "ec", curve: "P-256", algorithm: "sha256" } as const;

/** A certificate and its key, as PEM. */
export interface Certificate {
  certificate: string;
  key: string;
}

function validity() {
  return { notBeforeDate: new Date(Date.now() - DAY_MS), notAfterDate: new Date(Date.now() + 365 * DAY_MS) };
}

/** A root that signs the others. */
export async function newAuthority(): Promise<Certificate> {
  const { cert, private: key } = await generate([{ name: "commonName", value: "pulumi-vllm local" }], {
    ...KIND,
    ...validity(),
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { certificate: cert, key };
}

/** A certificate for `localhost`, the loopback address and other names, as a server or as the client of this name. */
export async function sign(authority: Certificate, name: string, names: readonly string[] = []): Promise<Certificate> {
  const { cert, private: key } = await generate([{ name: "commonName", value: name }], {
    ...KIND,
    ...validity(),
    ca: { cert: authority.certificate, key: authority.key },
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
      { name: "extKeyUsage", serverAuth: true, clientAuth: true },
      {
        name: "subjectAltName",
        altNames: [...["localhost", ...names].map((value) => ({ type: 2, value }) as const), { type: 7, ip: LOOPBACK }],
      },
    ],
  });
  return { certificate: cert, key };
}
